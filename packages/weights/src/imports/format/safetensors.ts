import { decodeFloats } from '@woolgather/gguf'
import { open, type FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { parseJson, unreadable, type NamedFile } from './read-json.ts'

/** Bytes of an element by the format's name of its type. */
const elementBytes: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64'].map((name) => [name, 8] as const),
  ...['F32', 'I32', 'U32'].map((name) => [name, 4] as const),
  ...['F16', 'BF16', 'I16', 'U16'].map((name) => [name, 2] as const),
  ...['I8', 'U8', 'BOOL', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'].map((name) => [name, 1] as const),
])

/** The types that weights are read from. */
export const floatTypes = ['F32', 'F16', 'BF16'] as const
export type FloatType = (typeof floatTypes)[number]

export function isFloatType(type: string): type is FloatType {
  return (floatTypes as readonly string[]).includes(type)
}

/** A tensor of a safetensors file. */
export interface SafeTensor {
  name: string
  /** As the format calls it: `BF16`. */
  type: string
  /** Rows first, as PyTorch orders them: the other way round than GGUF. */
  shape: readonly number[]
  elements: number
  /** Where its bytes lie in the file. */
  start: number
  bytes: number
}

/** The largest header that the format's own library reads. */
const mostHeaderBytes = 100_000_000
const mostTensors = 262_144

const againHint = 'Download or copy the file again.'

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})

/** A safetensors file open for reading; nothing of its tensors is kept. Close it, or use `await using`. */
export class SafetensorsFile implements AsyncDisposable {
  readonly file: NamedFile
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, SafeTensor>
  readonly #handle: FileHandle

  private constructor(file: NamedFile, handle: FileHandle, tensors: ReadonlyMap<string, SafeTensor>) {
    this.file = file
    this.#handle = handle
    this.tensors = tensors
  }

  /**
   * Opens a file after holding all that its header says against the file.
   * @throws WoolgatherError model-unreadable, or the file system's error
   */
  static async open(file: NamedFile): Promise<SafetensorsFile> {
    const handle = await open(file.path, 'r')
    try {
      return new SafetensorsFile(file, handle, await readHeader(file, handle))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** All of a tensor as 32-bit floats. @throws WoolgatherError model-unreadable where it is of another type, or holds no numbers */
  async readFloats(tensor: SafeTensor): Promise<Float32Array> {
    checkFloats(this.file, tensor)
    const bytes = new Uint8Array(tensor.bytes)
    await readAt(this.file, this.#handle, bytes, tensor.start)
    const values = decodeFloats(tensor.type, bytes)
    if (values.every(Number.isFinite)) return values
    throw unreadable(
      this.file,
      `${tensor.name} holds values that are no numbers`,
      'It is damaged, or its training failed.',
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

/** @throws WoolgatherError model-unreadable where weights cannot be read from a tensor of this type */
export function checkFloats(file: NamedFile, { name, type }: SafeTensor): void {
  if (isFloatType(type)) return
  throw unreadable(
    file,
    `${name} is of type ${type}, and weights are read from F32, F16 and BF16`,
    'Take the model or adapter as it was before it was quantised.',
  )
}

async function readHeader(file: NamedFile, handle: FileHandle): Promise<Map<string, SafeTensor>> {
  const { size } = await handle.stat()
  if (size < 8) throw unreadable(file, `it has ${size} bytes, too few for a safetensors file`, againHint)
  const front = Buffer.alloc(8)
  await readAt(file, handle, front, 0)
  const length = front.readBigUInt64LE()
  if (length > BigInt(Math.min(mostHeaderBytes, size - 8))) throw tooLong(file, front, length, size)
  const header = Buffer.alloc(Number(length))
  await readAt(file, handle, header, 8)
  if (header[0] !== 0x7b) throw unreadable(file, 'its header does not begin with “{”', againHint)
  return readEntries(file, parseJson(file, header.toString('utf8')), {
    start: 8 + header.length,
    end: size,
  })
}

function tooLong(file: NamedFile, front: Buffer, length: bigint, size: number): Error {
  const start = front.toString('latin1')
  if (start.startsWith('version ')) {
    return unreadable(file, 'it is a Git LFS pointer, not the file itself', 'Fetch it with `git lfs pull`.')
  }
  if (start.startsWith('PK')) {
    return unreadable(file, 'it is a PyTorch file, whatever its name', 'Convert it to safetensors.')
  }
  return unreadable(
    file,
    `its header would be ${length} bytes long, and the file has ${size} (a header at most ${mostHeaderBytes})`,
    againHint,
  )
}

function readEntries(
  file: NamedFile,
  header: unknown,
  data: { start: number; end: number },
): Map<string, SafeTensor> {
  const { __metadata__: _, ...entries } = header as Record<string, unknown>
  const names = Object.keys(entries)
  if (names.length > mostTensors) throw unreadable(file, `it tells of ${names.length} tensors`, againHint)
  const tensors = names.map((name) => readEntry(file, name, entries[name], data))
  const placed = tensors.toSorted((a, b) => a.start - b.start)
  let end = data.start
  for (const { name, start, bytes } of placed) {
    if (start < end) throw unreadable(file, `its tensor ${name} lies over another`, againHint)
    end = start + bytes
  }
  return new Map(placed.map((tensor) => [tensor.name, tensor]))
}

function readEntry(
  file: NamedFile,
  name: string,
  value: unknown,
  data: { start: number; end: number },
): SafeTensor {
  const entry = entrySchema.safeParse(value).data
  if (entry === undefined) {
    throw unreadable(file, `what its header says of ${name} is no tensor`, againHint)
  }
  const { dtype: type, shape, data_offsets: offsets } = entry
  const each = elementBytes.get(type)
  if (each === undefined) {
    throw unreadable(file, `${name} is of the type ${type}, which is not known`, againHint)
  }
  const elements = shape.reduce((product, size) => product * size, 1)
  const [from, to] = offsets
  const bytes = to - from
  if (bytes !== elements * each || bytes < 0) {
    throw unreadable(
      file,
      `${name} would be ${shape.join(' × ')} of ${type}, which is ${elements * each} bytes, in ${bytes}`,
      againHint,
    )
  }
  if (data.start + to > data.end) {
    throw unreadable(file, `${name} ends at byte ${data.start + to}, but the file has ${data.end}`, againHint)
  }
  return { name, type, shape, elements, start: data.start + from, bytes }
}

async function readAt(
  file: NamedFile,
  handle: FileHandle,
  target: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done)
    if (bytesRead === 0) throw unreadable(file, 'it became shorter while it was read', 'Try again.')
    done += bytesRead
  }
}
