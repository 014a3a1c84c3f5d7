import { createGguf, GgufError, ggmlTypeNumber, openGguf } from '@woolgather/gguf'
import type { GgufFile, GgufTensor, GgufValue } from '@woolgather/gguf'
import { LlamaError } from '../contract/error.ts'
import type { ControlVector, MeasuredBlock } from '../contract/interface.ts'

/**
 * Reads a control vector in llama.cpp's format: `general.architecture` controlvector, and per block N from 1 on a
 * tensor `direction.N` of 32-bit floats, added to the output of block N.
 * @throws LlamaError model-not-found, model-unreadable, vector-mismatch where it is no control vector
 */
export async function readVectorFile(path: string): Promise<ControlVector> {
  try {
    await using file = await openGguf(path)
    return await readVector(path, file)
  } catch (cause) {
    if (cause instanceof LlamaError) throw cause
    if ((cause as { code?: string }).code === 'ENOENT') {
      throw new LlamaError('model-not-found', `There is no file ${path}.`, { cause })
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LlamaError('model-unreadable', `${path} cannot be read as a control vector: ${reason}.`, {
      hint: (cause instanceof GgufError && cause.hint) || 'Download or copy it again.',
      cause,
    })
  }
}

async function readVector(path: string, file: GgufFile): Promise<ControlVector> {
  const { metadata } = file.header
  if (metadata.get('general.architecture') !== 'controlvector') {
    throw new LlamaError('vector-mismatch', `${path} is not a control vector.`, {
      hint: 'Choose a file whose general.architecture is controlvector.',
    })
  }
  const directions = new Map<number, Float32Array>()
  for (const tensor of file.tensors)
    directions.set(layerOf(path, tensor), await readDirection(path, file, tensor))
  if (directions.size === 0) throw unreadable(path, 'it holds no directions')
  if (new Set([...directions.values()].map(({ length }) => length)).size > 1) {
    throw unreadable(path, 'its directions are of different lengths')
  }
  const hint = metadata.get('controlvector.model_hint')
  const measured = readMeasured(path, file)
  return {
    ...(typeof hint === 'string' && hint !== '' && { architecture: hint }),
    directions,
    ...(measured && { measured }),
  }
}

/** A number a block, from block 1. Vectors of other tools and of earlier versions have none: they count as they are. */
const worthKey = 'woolgather.control_vector.worth'
const sizeKey = 'woolgather.control_vector.size'

function readMeasured(path: string, { header }: GgufFile): Map<number, MeasuredBlock> | undefined {
  const [worths, sizes] = [worthKey, sizeKey].map((key) => header.metadata.get(key))
  if (worths === undefined && sizes === undefined) return undefined
  const isList = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite)
  if (!isList(worths) || !isList(sizes) || worths.length !== sizes.length) {
    throw unreadable(path, `its ${worthKey} and ${sizeKey} are no lists of one number a block`)
  }
  const blocks = worths.map((worth, index): [number, MeasuredBlock] => [
    index + 1,
    { worth, size: sizes[index]! },
  ])
  return new Map(blocks.filter(([, { size }]) => size !== 0))
}

function layerOf(path: string, { name }: GgufTensor): number {
  const layer = Number(/^direction\.(\d+)$/.exec(name)?.[1] ?? 0)
  if (layer >= 1) return layer
  throw unreadable(path, `it holds a tensor ${name}, where direction.1 and up are expected`)
}

async function readDirection(path: string, file: GgufFile, tensor: GgufTensor): Promise<Float32Array> {
  if (tensor.type !== ggmlTypeNumber('F32') || tensor.shape.length !== 1) {
    throw unreadable(path, `${tensor.name} is not one row of 32-bit floats`)
  }
  const bytes = await file.readRows(tensor, 0, 1)
  const direction = new Float32Array(tensor.shape[0]!)
  new Uint8Array(direction.buffer).set(bytes)
  if (direction.every(Number.isFinite)) return direction
  throw unreadable(path, `${tensor.name} has values that are no numbers`)
}

/**
 * Writes a control vector so that llama.cpp's tools read it: a tensor for every block from 1 to the last that has a
 * direction, zeros where it has none. Replaces what is at `path` at once.
 * @param texts metadata besides what makes it a control vector, by GGUF key
 * @throws LlamaError invalid-layer
 */
export async function writeVectorFile(
  path: string,
  { architecture, directions, measured }: ControlVector,
  texts: Readonly<Record<string, string>> = {},
): Promise<void> {
  const layers = [...directions.keys()].toSorted((a, b) => a - b)
  const [first, last] = [layers[0], layers.at(-1)]
  if (first === undefined || last === undefined || first < 1 || !layers.every(Number.isInteger)) {
    throw new LlamaError('invalid-layer', 'A control vector needs directions for blocks from 1 on.')
  }
  const size = directions.get(first)!.length
  const metadata = new Map<string, GgufValue>([
    ...Object.entries(texts).map(([key, value]): [string, GgufValue] => [key, { type: 'text', value }]),
    ['general.architecture', { type: 'text', value: 'controlvector' }],
    ['controlvector.model_hint', { type: 'text', value: architecture ?? '' }],
    ['controlvector.layer_count', { type: 'i32', value: last }],
    ...(measured ? writeMeasured(measured, last) : []),
  ])
  const names = Array.from({ length: last }, (_, index) => `direction.${index + 1}`)
  const tensors = names.map((name) => ({ name, shape: [size], type: ggmlTypeNumber('F32')! }))
  const writer = await createGguf(path, { metadata, tensors })
  try {
    for (const [index, name] of names.entries()) {
      const direction = directions.get(index + 1) ?? new Float32Array(size)
      await writer.write(name, new Uint8Array(direction.buffer, direction.byteOffset, direction.byteLength))
    }
    await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function writeMeasured(
  measured: NonNullable<ControlVector['measured']>,
  last: number,
): [string, GgufValue][] {
  const blocks = Array.from({ length: last }, (_, index) => measured.get(index + 1) ?? { worth: 0, size: 0 })
  const list = (values: number[]): GgufValue => ({ type: 'array', of: 'f32', values })
  return [
    [worthKey, list(blocks.map(({ worth }) => worth))],
    [sizeKey, list(blocks.map(({ size }) => size))],
  ]
}

function unreadable(path: string, reason: string): LlamaError {
  return new LlamaError('model-unreadable', `${path} cannot be read as a control vector: ${reason}.`)
}
