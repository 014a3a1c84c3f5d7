import { GgufError } from '../format/gguf-error.ts'
import { ggmlTypeNumber, ggmlTypes } from '../format/ggml-types.ts'
import { openGguf, type GgufFile, type GgufTensor } from '../format/open-gguf.ts'
import type { GgufValue } from '../format/value-types.ts'
import { createGguf } from '../format/write-gguf.ts'
import { checkLoraKind, loraTargets } from './lora-kind.ts'
import { decodeFloats } from './half-floats.ts'

/** The low-rank change of a matrix of a model: B · A, times what the file's α says. */
export interface LoraMatrix {
  /** Name of the tensor that is changed, e.g. `blk.0.attn_q.weight`. */
  tensor: string
  /** Which matrix of it, where it holds one for each expert. */
  expert: number
  /** Size of the matrix that is changed. */
  rows: number
  columns: number
  rank: number
  /** `rank` × `columns`, row by row. */
  a: Float32Array
  /** `rows` × `rank`, row by row. */
  b: Float32Array
}

export interface LoraFile {
  /** `general.architecture` of the models it is for. */
  architecture: string
  /** B · A counts α / rank; 0: once. */
  alpha: number
  matrices: LoraMatrix[]
}

/**
 * Reads a LoRA adapter in llama.cpp's format.
 * @throws GgufError where it is none, is quantised, or is incomplete; or the file system's error
 */
export async function readLoraFile(path: string): Promise<LoraFile> {
  await using file = await openGguf(path)
  const { metadata } = file.header
  checkLoraKind(file.header)
  const alpha = metadata.get('adapter.lora.alpha') ?? 0
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) throw new GgufError('its alpha is not a number')
  const matrices: LoraMatrix[] = []
  for (const tensor of loraTargets(file.tensors)) matrices.push(...(await readTensor(file, tensor)))
  if (matrices.length === 0) throw new GgufError('it holds no LoRA tensors')
  return { architecture: String(metadata.get('general.architecture') ?? ''), alpha, matrices }
}

async function readTensor(file: GgufFile, target: string): Promise<LoraMatrix[]> {
  const [first, second] = [file.tensor(`${target}.lora_a`)!, file.tensor(`${target}.lora_b`)!]
  const [a, b] = [await readFactor(file, first), await readFactor(file, second)]
  const [experts, otherExperts] = [first.shape[2] ?? 1, second.shape[2] ?? 1]
  if (isEmbedding(target)) return [readEmbedding(target, first, second, a, b)]
  const [columns = 1, rank = 1] = first.shape
  const [otherRank = 1, rows = 1] = second.shape
  if (rank !== otherRank || experts !== otherExperts) {
    throw new GgufError(
      `its factors of ${target} do not fit: ${first.shape.join(' × ')} and ${second.shape.join(' × ')}`,
    )
  }
  return Array.from({ length: experts }, (_, expert) => ({
    tensor: target,
    expert,
    rows,
    columns,
    rank,
    a: a.subarray(expert * rank * columns, (expert + 1) * rank * columns),
    b: b.subarray(expert * rows * rank, (expert + 1) * rows * rank),
  }))
}

/** llama.cpp looks a token's row up in the first factor, so of embeddings both are stored the other way round. */
function isEmbedding(target: string): boolean {
  return target === 'token_embd.weight'
}

function readEmbedding(
  tensor: string,
  first: GgufTensor,
  second: GgufTensor,
  a: Float32Array,
  b: Float32Array,
): LoraMatrix {
  const [rank = 1, rows = 1] = first.shape
  const [otherRank = 1, columns = 1] = second.shape
  if (rank !== otherRank) {
    throw new GgufError(
      `its factors of ${tensor} do not fit: ${first.shape.join(' × ')} and ${second.shape.join(' × ')}`,
    )
  }
  return { tensor, expert: 0, rows, columns, rank, a: transpose(b, columns, rank), b: a }
}

async function readFactor(file: GgufFile, tensor: GgufTensor): Promise<Float32Array> {
  const { name = '' } = ggmlTypes.get(tensor.type) ?? {}
  if (!['F32', 'F16', 'BF16'].includes(name)) {
    throw new GgufError(`it is quantised: ${tensor.name} is ${name}`, {
      hint: 'Take the LoRA in F16 or F32: a few bits per number ruin the product of two factors.',
    })
  }
  const values = decodeFloats(name, await file.readRows(tensor, 0, tensor.rows))
  if (values.every(Number.isFinite)) return values
  throw new GgufError(`${tensor.name} holds values that are no numbers`)
}

/**
 * Writes a LoRA adapter as llama.cpp reads it, in 32-bit floats. Replaces what is at `path` at once.
 * @param metadata besides what makes it a LoRA
 */
export async function writeLoraFile(
  path: string,
  { architecture, alpha, matrices }: LoraFile,
  metadata: ReadonlyMap<string, GgufValue> = new Map(),
): Promise<void> {
  const factors = factorsOf(matrices)
  const writer = await createGguf(path, {
    metadata: new Map<string, GgufValue>([
      ...metadata,
      ['general.architecture', { type: 'text', value: architecture }],
      ['general.type', { type: 'text', value: 'adapter' }],
      ['adapter.type', { type: 'text', value: 'lora' }],
      ['adapter.lora.alpha', { type: 'f32', value: alpha }],
    ]),
    tensors: factors.map(({ name, shape }) => ({ name, shape, type: ggmlTypeNumber('F32')! })),
  })
  try {
    for (const { name, parts } of factors) {
      let offset = 0
      for (const { buffer, byteOffset, byteLength } of parts) {
        await writer.write(name, new Uint8Array(buffer, byteOffset, byteLength), offset)
        offset += byteLength
      }
    }
    await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

interface StoredFactor {
  name: string
  shape: number[]
  /** One after another. */
  parts: Float32Array[]
}

function factorsOf(matrices: readonly LoraMatrix[]): StoredFactor[] {
  const tensors = [...new Set(matrices.map(({ tensor }) => tensor))]
  return tensors.flatMap((tensor) => {
    const experts = matrices.filter((matrix) => matrix.tensor === tensor)
    const [{ rows, columns, rank }] = experts as [LoraMatrix, ...LoraMatrix[]]
    const names = { a: `${tensor}.lora_a`, b: `${tensor}.lora_b` }
    if (isEmbedding(tensor)) {
      const [{ a, b }] = experts as [LoraMatrix]
      return [
        { name: names.a, shape: [rank, rows], parts: [b] },
        { name: names.b, shape: [rank, columns], parts: [transpose(a, rank, columns)] },
      ]
    }
    const third = experts.length > 1 ? [experts.length] : []
    return [
      { name: names.a, shape: [columns, rank, ...third], parts: experts.map(({ a }) => a) },
      { name: names.b, shape: [rank, rows, ...third], parts: experts.map(({ b }) => b) },
    ]
  })
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column]!
  }
  return turned
}
