import { GgufError, partPaths, readHeader } from '@woolgather/gguf'
import type { GgufHeader } from '@woolgather/gguf'
import { LlamaError } from '../contract/error.ts'
import { checkEntries } from '../memory/index.ts'

/**
 * Whether a LoRA adapter was made for this model: same architecture, and tensors that the model has, in its shapes.
 * @throws LlamaError adapter-mismatch, model-unreadable
 */
export async function checkAdapterFile(file: string, modelFile: string): Promise<void> {
  const [adapter, model] = await Promise.all([readAdapter(file), readHeader(modelFile)])
  checkEntries(file, adapter)
  checkKind(file, adapter)
  checkArchitecture(file, adapter, model)
  checkShapes(file, adapter, await readShapes(modelFile, model))
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

function checkKind(file: string, { metadata }: GgufHeader): void {
  if (metadata.get('general.type') === 'adapter' && metadata.get('adapter.type') === 'lora') return
  throw new LlamaError('adapter-mismatch', `${file} is not a LoRA adapter.`, {
    hint: 'Convert LoRA weights with llama.cpp’s convert_lora_to_gguf.py.',
  })
}

function checkArchitecture(file: string, adapter: GgufHeader, model: GgufHeader): void {
  const [own, wanted] = [adapter, model].map(({ metadata }) => String(metadata.get('general.architecture')))
  if (own === wanted) return
  throw new LlamaError('adapter-mismatch', `${file} is for ${own} models; this one is ${wanted}.`)
}

function checkShapes(file: string, adapter: GgufHeader, shapes: Shapes): void {
  const factors = new Map(adapter.tensors.map(({ name, shape }) => [name, shape]))
  for (const name of factors.keys()) {
    const target = /^(.+)\.lora_a$/.exec(name)?.[1]
    if (target === undefined) continue
    // llama.cpp stores the embedding's factors the other way round, and checks them itself.
    if (target === 'token_embd.weight') {
      checkEmbedding(file, shapes)
      continue
    }
    const shape = shapes.get(target)
    if (!shape) {
      throw new LlamaError('adapter-mismatch', `${file} changes ${target}, which the model does not have.`)
    }
    const made = [factors.get(name)?.[0], factors.get(`${target}.lora_b`)?.[1]]
    if (made[0] === shape[0] && made[1] === shape[1]) continue
    throw new LlamaError(
      'adapter-mismatch',
      `${file} is for a model of another size: ${target} is ${made.join(' × ')} there, ${shape.join(' × ')} here.`,
    )
  }
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
