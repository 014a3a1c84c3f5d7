import {
  checkLoraKind,
  GgufError,
  ggmlTypes,
  loraReach,
  loraTargets,
  partPaths,
  readHeader,
} from '@woolgather/gguf'
import type { GgufHeader } from '@woolgather/gguf'
import { LlamaError } from '../contract/error.ts'
import { checkEntries } from '../memory/index.ts'

/**
 * Whether a LoRA adapter was made for this model, and does there all that it holds: llama.cpp passes over some of it
 * without a word, and ends the process over more.
 * @throws LlamaError adapter-mismatch, model-unreadable
 */
export async function checkAdapterFile(file: string, modelFile: string): Promise<void> {
  const [adapter, model] = await Promise.all([readAdapter(file), readHeader(modelFile)])
  checkEntries(file, adapter)
  const targets = checkKind(file, adapter)
  checkAlpha(file, adapter)
  checkArchitecture(file, adapter, model)
  checkShapes(file, targets, adapter, await readShapes(modelFile, model))
  checkReach(file, targets, String(model.metadata.get('general.architecture')))
}

/** What would not count is not applied in part: the model would be neither with the LoRA nor without. */
function checkReach(file: string, targets: readonly string[], architecture: string): void {
  const lost = targets.filter((target) => loraReach(architecture, target) !== 'added')
  const [first] = lost
  if (first === undefined) return
  const more = lost.length > 1 ? ` and ${lost.length - 1} more` : ''
  const what = loraReach(architecture, first) === 'ends' ? 'ends over' : 'passes over'
  throw new LlamaError(
    'adapter-mismatch',
    `${file} changes ${first}${more}, which llama.cpp ${what} when a LoRA is applied to ${architecture} models.`,
    { hint: 'Bake the LoRA into the model instead: there all of it counts.' },
  )
}

type Shapes = ReadonlyMap<string, readonly number[]>

/** Shapes of the tensors of a model, of every part where it is split. */
async function readShapes(modelFile: string, first: GgufHeader): Promise<Shapes> {
  const others = partPaths(modelFile, first).slice(1)
  const headers = [first, ...(await Promise.all(others.map((part) => readHeader(part))))]
  return new Map(headers.flatMap(({ tensors }) => tensors.map(({ name, shape }) => [name, shape] as const)))
}

async function readAdapter(file: string): Promise<GgufHeader> {
  try {
    return await readHeader(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LlamaError('model-unreadable', `${file} cannot be read as an adapter: ${reason}.`, {
      hint: (cause instanceof GgufError && cause.hint) || 'Download or copy it again.',
      cause,
    })
  }
}

/** @returns names of the tensors that it changes */
function checkKind(file: string, adapter: GgufHeader): string[] {
  try {
    checkLoraKind(adapter)
    return loraTargets(adapter.tensors)
  } catch (cause) {
    if (!(cause instanceof GgufError)) throw cause
    throw new LlamaError('adapter-mismatch', `${file} cannot be applied: ${cause.message}.`, {
      hint: cause.hint ?? '',
      cause,
    })
  }
}

/** GGUF's number of 32-bit floats: llama.cpp asks for nothing else, and ends the process over it. */
const floatType = 6

function checkAlpha(file: string, { metadata, places }: GgufHeader): void {
  const key = 'adapter.lora.alpha'
  const alpha = metadata.get(key)
  if (alpha === undefined || (places.get(key)?.type === floatType && Number.isFinite(alpha))) return
  throw new LlamaError(
    'adapter-mismatch',
    `${file} cannot be applied: its alpha, ${JSON.stringify(alpha)}, is not stored as a 32-bit float.`,
    { hint: 'Load it, and save it with “Save LoRA”: what is written can be applied.' },
  )
}

function checkArchitecture(file: string, adapter: GgufHeader, model: GgufHeader): void {
  const [own, wanted] = [adapter, model].map(({ metadata }) => String(metadata.get('general.architecture')))
  if (own === wanted) return
  throw new LlamaError('adapter-mismatch', `${file} is for ${own} models; this one is ${wanted}.`)
}

function checkShapes(file: string, targets: readonly string[], adapter: GgufHeader, shapes: Shapes): void {
  const factors = new Map(adapter.tensors.map(({ name, shape }) => [name, shape]))
  checkTypes(file, adapter)
  for (const target of targets) {
    // llama.cpp stores the embedding's factors the other way round, and checks them itself.
    if (target === 'token_embd.weight') {
      checkEmbedding(file, shapes)
      continue
    }
    const shape = shapes.get(target)
    if (!shape) {
      throw new LlamaError('adapter-mismatch', `${file} changes ${target}, which the model does not have.`)
    }
    const [a, b] = [factors.get(`${target}.lora_a`)!, factors.get(`${target}.lora_b`)!]
    const made = [a[0], b[1]]
    if (made[0] !== shape[0] || made[1] !== (shape[1] ?? 1)) {
      throw new LlamaError(
        'adapter-mismatch',
        `${file} is for a model of another size: ${target} is ${made.join(' × ')} there, ${shape.join(' × ')} here.`,
      )
    }
    checkFactors(file, target, [a, b], shape[2] ?? 1)
  }
}

/** What no weights are stored as, llama.cpp cannot multiply, and ends the process. */
function checkTypes(file: string, { tensors }: GgufHeader): void {
  for (const { name, type } of tensors) {
    const told = ggmlTypes.get(type)?.name
    if (told !== undefined && !/^(I\d+|F64|Q8_[1K])$/.test(told)) continue
    throw new LlamaError(
      'adapter-mismatch',
      `${file} cannot be applied: ${name} is ${told ?? `of type ${type}`}.`,
      {
        hint: 'Get the LoRA again, in F32 or F16.',
      },
    )
  }
}

/** Factors that fit neither each other nor the experts of the model would be multiplied past their ends. */
function checkFactors(
  file: string,
  target: string,
  [a, b]: readonly [readonly number[], readonly number[]],
  experts: number,
): void {
  if ((a[1] ?? 1) === b[0] && [a, b].every((shape) => (shape[2] ?? 1) === experts)) return
  throw new LlamaError(
    'adapter-mismatch',
    `${file} cannot be applied: its factors of ${target} are ${a.join(' × ')} and ${b.join(' × ')}${experts > 1 ? `, for ${experts} experts` : ''}.`,
    { hint: 'Get the LoRA again, or convert it again.' },
  )
}

/** Where the output layer is the embeddings, llama.cpp would multiply it by factors that lie the other way round, and abort. */
function checkEmbedding(file: string, shapes: Shapes): void {
  if (shapes.has('output.weight')) return
  throw new LlamaError(
    'adapter-mismatch',
    `${file} changes the embeddings, which are this model’s output layer as well: llama.cpp cannot apply that.`,
    { hint: 'Bake the LoRA into the model instead.' },
  )
}
