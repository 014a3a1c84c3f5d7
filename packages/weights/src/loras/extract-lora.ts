import { WoolgatherError, type LoraExtract } from '@woolgather/workflow'
import { loraReach, type GgufTensor, type GgufValue, type LoraFile } from '@woolgather/gguf'
import { isVocabularyTensor, type LoraFactors, type SvdTarget } from '@woolgather/merge'
import { architectureOf } from '../sources/architecture-of.ts'
import { factorsOf } from '../sources/factors-of.ts'
import { isReadable, typeName, WeightsFile } from '../sources/weights-file.ts'
import { checkFigures } from '../sources/check-figures.ts'
import { loraFileOf, matrixName } from './adapter-files.ts'
import type { WorkOptions } from '../made/made-files.ts'
import type { Threads } from '../jobs/threads.ts'
import type { Extracted } from '../jobs/lora-jobs.ts'

/** Metadata of an extracted LoRA besides what every LoRA has. */
export const extractKeys = {
  /** Share of each tensor's change that the LoRA holds, in the order of its tensors. */
  kept: 'woolgather.lora.kept',
  /** Tensors that were changed, but of which a LoRA holds nothing. */
  left: 'woolgather.lora.left',
} as const

/** Tensors compared or decomposed at a time: each takes three times its size in 32-bit floats. */
const atOnce = 2
const chunkWeights = 524_288

/**
 * What a fine-tune changed of its base, tensor by tensor. A LoRA changes matrices only: norms and biases that were
 * changed are listed, and so are the embeddings of a model whose output layer they are.
 * @throws WoolgatherError merge-impossible naming the tensors where the models do not fit, MergeError
 */
export async function extractLoraFile(
  tunedPath: string,
  basePath: string,
  { rank, energy, embeddings }: LoraExtract,
  threads: Threads,
  { signal, onProgress }: WorkOptions,
): Promise<{ lora: LoraFile; metadata: Map<string, GgufValue> }> {
  await using tuned = await WeightsFile.open(tunedPath)
  await using base = await WeightsFile.open(basePath)
  checkModels(tuned, base, embeddings)
  await checkFactors(base)
  await checkFactors(tuned)
  const target: SvdTarget = rank !== undefined ? { rank } : { energy: energy ?? 1 }
  const factors = new Map<string, LoraFactors>()
  const kept = new Map<string, number>()
  const left: string[] = []
  const { tensors } = base.file
  let done = 0
  await eachOf(tensors, async (tensor) => {
    signal.throwIfAborted()
    if (await isChanged(tuned, base, tensor)) {
      if (!holds(base, tensor, embeddings)) left.push(tensor.name)
      else {
        for (const expert of matricesOf(tensor)) {
          const name = matrixName(tensor.name, expert)
          const made = await extractMatrix(tuned, base, tensor, expert, target, threads, signal)
          factors.set(name, made.factors)
          kept.set(name, made.energy === 0 ? 1 : Math.min(1, made.kept / made.energy))
        }
      }
    }
    onProgress(++done, tensors.length, 'tensors')
  })
  const inOrder = new Map(
    tensors.flatMap((tensor) =>
      matricesOf(tensor).flatMap((expert) => {
        const found = factors.get(matrixName(tensor.name, expert))
        return found === undefined ? [] : [[matrixName(tensor.name, expert), found] as const]
      }),
    ),
  )
  const lora = loraFileOf(String(base.file.header.metadata.get('general.architecture')), inOrder)
  if (lora.matrices.length === 0) throw nothingChanged(left)
  const shares = lora.matrices.map(({ tensor, expert }) => kept.get(matrixName(tensor, expert)) ?? 1)
  const metadata = new Map<string, GgufValue>([
    [extractKeys.kept, { type: 'array', of: 'f32', values: shares }],
    [extractKeys.left, { type: 'array', of: 'text', values: left.toSorted() }],
  ])
  return { lora, metadata }
}

function checkModels(tuned: WeightsFile, base: WeightsFile, embeddings: boolean): void {
  const [own, other] = [tuned, base].map(({ file }) =>
    String(file.header.metadata.get('general.architecture')),
  )
  if (own !== other) throw doNotFit(`the fine-tune is ${own}, the base ${other}`)
  checkFigures(
    [
      { name: 'the fine-tune', file: tuned.file },
      { name: 'the base', file: base.file },
    ],
    false,
  )
  const names = new Set([...base.file.tensors, ...tuned.file.tensors].map(({ name }) => name))
  const wrong = [...names].flatMap((name) => {
    if (isVocabularyTensor(name) && !embeddings) return []
    const [mine, its] = [tuned.file.tensor(name), base.file.tensor(name)]
    if (mine === undefined) return [`the fine-tune lacks ${name}`]
    if (its === undefined) return [`the base lacks ${name}`]
    const unreadable = [mine, its].find((tensor) => !isReadable(tensor))
    if (unreadable) return [`${name} is of type ${typeName(unreadable)}, which cannot be read`]
    if (mine.shape.join() === its.shape.join()) return []
    return [`${name} is ${mine.shape.join(' × ')} in the fine-tune and ${its.shape.join(' × ')} in the base`]
  })
  if (wrong.length === 0) return
  const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : ''
  throw doNotFit(`${wrong.slice(0, 3).join('; ')}${more}`)
}

/** A LoRA is added behind such a factor, which differences of the matrices know nothing of. */
async function checkFactors({ file }: WeightsFile): Promise<void> {
  for (const tensor of file.tensors) {
    if ((await factorsOf(file, tensor)) === undefined) continue
    throw doNotFit(`${tensor.name} counts times a factor of its own, as in NVFP4 and BitNet`)
  }
}

function doNotFit(reason: string): WoolgatherError {
  return new WoolgatherError('merge-impossible', `No LoRA can be made of these models: ${reason}.`, {
    input: 'tuned',
    hint: 'Connect a fine-tune and the very model that it was made from.',
  })
}

function nothingChanged(left: readonly string[]): WoolgatherError {
  const reason =
    left.length === 0
      ? 'they are the same'
      : `they differ only in what a LoRA cannot hold (${left.slice(0, 3).join(', ')})`
  return new WoolgatherError('merge-impossible', `No LoRA can be made of these models: ${reason}.`, {
    input: 'tuned',
  })
}

/** Whether a LoRA can change this tensor in llama.cpp. */
function holds({ file }: WeightsFile, { name, shape }: GgufTensor, embeddings: boolean): boolean {
  if (shape.length < 2 || shape.length > 3 || Math.min(shape[0]!, shape[1]!) < 2) return false
  if (!name.endsWith('.weight')) return false
  if (loraReach(architectureOf({ file }), name) !== 'added') return false
  if (!isVocabularyTensor(name)) return true
  // Where the output layer is the embeddings, llama.cpp cannot apply a change of them.
  return embeddings && (name !== 'token_embd.weight' || file.tensor('output.weight') !== undefined)
}

function matricesOf({ shape }: GgufTensor): number[] {
  return Array.from({ length: shape[2] ?? 1 }, (_, expert) => expert)
}

async function isChanged(tuned: WeightsFile, base: WeightsFile, tensor: GgufTensor): Promise<boolean> {
  const { rows, rowLength, shape } = tensor
  if (tuned.file.tensor(tensor.name)?.shape.join() !== shape.join()) return true
  const step = Math.max(1, Math.floor(chunkWeights / rowLength))
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row)
    const [own, other] = [await tuned.read(tensor, row, count), await base.read(tensor, row, count)]
    if (!own.every((value, i) => value === other[i])) return true
  }
  return false
}

async function extractMatrix(
  tuned: WeightsFile,
  base: WeightsFile,
  tensor: GgufTensor,
  expert: number,
  target: SvdTarget,
  threads: Threads,
  signal: AbortSignal,
): Promise<Extracted> {
  const [columns, rows] = [tensor.shape[0]!, tensor.shape[1]!]
  const read = (file: WeightsFile): Promise<Float32Array> => file.read(tensor, expert * rows, rows)
  return threads.run(
    {
      kind: 'extract',
      tensor: { name: tensor.name, rows, columns, tuned: await read(tuned), base: await read(base) },
      target,
    },
    signal,
  )
}

async function eachOf<T>(items: readonly T[], visit: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items]
  const visitNext = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await visit(item)
  }
  await Promise.all(Array.from({ length: atOnce }, visitNext))
}
