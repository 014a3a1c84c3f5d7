import type { GgufTensor } from '@woolgather/gguf'
import { TensorComparison, type Likeness } from '@woolgather/merge'
import { WoolgatherError } from '@woolgather/workflow'
import type { WorkOptions } from './made/made-files.ts'
import { isReadable, typeName, WeightsFile } from './sources/weights-file.ts'

export interface CompareOptions extends WorkOptions {
  filter: string
}

export interface ModelLikeness {
  /** In the order of the first model; what only the second has comes last. */
  tensors: TensorLikeness[]
  /** How alike everything is that was compared, as one vector. */
  whole: Likeness
}

/** How alike one tensor is in two models, or why that cannot be told. */
export interface TensorLikeness {
  name: string
  /** Row length first; of the second model where only that has it. */
  shape: readonly number[]
  /** Types it is stored in; null where a model lacks it. */
  types: readonly [string | null, string | null]
  /** Absent where a model lacks it, or has it in another shape. */
  likeness?: Likeness
  /** Why there is none. */
  reason?: string
}

/** Weights looked at in one go: a few milliseconds' work, between which other things get their turn. */
const chunkWeights = 524_288

/**
 * Compares the tensors of two models by their names, in the order of the first; what only one of them has comes last.
 * @throws WoolgatherError merge-impossible where not one tensor can be compared
 */
export async function compareModels(
  firstPath: string,
  secondPath: string,
  { filter, signal, onProgress }: CompareOptions,
): Promise<ModelLikeness> {
  await using first = await WeightsFile.open(firstPath)
  await using second = await WeightsFile.open(secondPath)
  const names = [...first.file.tensors, ...second.file.tensors.filter(({ name }) => !first.file.tensor(name))]
    .map(({ name }) => name)
    .filter((name) => name.includes(filter))
  const whole = new TensorComparison()
  const tensors: TensorLikeness[] = []
  let compared = 0
  for (const [index, name] of names.entries()) {
    signal.throwIfAborted()
    onProgress(index, names.length, 'tensors')
    const [own, other] = [first.file.tensor(name), second.file.tensor(name)]
    const reason = whyNot(own, other)
    const comparison = reason === undefined ? await compareTensor(first, second, own!, signal) : undefined
    if (comparison !== undefined) {
      whole.add(comparison)
      compared++
    }
    tensors.push({
      name,
      shape: (own ?? other)?.shape ?? [],
      types: [typeName(own), typeName(other)],
      ...(comparison && { likeness: comparison.likeness }),
      ...(reason !== undefined && { reason }),
    })
  }
  if (compared === 0) throw nothingInCommon(filter, tensors)
  return { tensors, whole: whole.likeness }
}

function whyNot(own: GgufTensor | undefined, other: GgufTensor | undefined): string | undefined {
  if (own === undefined) return 'only in model B'
  if (other === undefined) return 'only in model A'
  if (own.shape.join() !== other.shape.join()) return `${other.shape.join(' × ')} in model B`
  const unreadable = [own, other].find((tensor) => !isReadable(tensor))
  return unreadable && `${typeName(unreadable)} cannot be read`
}

async function compareTensor(
  first: WeightsFile,
  second: WeightsFile,
  tensor: GgufTensor,
  signal: AbortSignal,
): Promise<TensorComparison> {
  const comparison = new TensorComparison()
  const step = Math.max(1, Math.floor(chunkWeights / tensor.rowLength))
  for (let row = 0; row < tensor.rows; row += step) {
    signal.throwIfAborted()
    const rows = Math.min(step, tensor.rows - row)
    comparison.see(await first.read(tensor, row, rows), await second.read(tensor, row, rows))
  }
  return comparison
}

function nothingInCommon(filter: string, [first]: readonly TensorLikeness[]): WoolgatherError {
  if (first === undefined) {
    return new WoolgatherError('invalid-input', `No tensor of these models is called “…${filter}…”.`, {
      input: 'filter',
      hint: 'Tensors are called e.g. blk.3.attn_q.weight.',
    })
  }
  return new WoolgatherError(
    'merge-impossible',
    `These models have no tensor in common: ${first.name} is ${first.reason}.`,
    { input: 'second', hint: 'Compare models of one architecture and size.' },
  )
}
