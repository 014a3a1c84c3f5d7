import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { decodeValue } from './decode-value.ts'
import { GgufError } from './gguf-error.ts'
import { readFully } from './header-reader.ts'
import { measureTensors, type MeasuredTensor } from './measure-tensors.ts'
import { readHeaderOf, type GgufHeader } from './read-header.ts'
import { partPaths } from './split-files.ts'
import type { EncodedValue, GgufValue } from './value-types.ts'

/** A tensor of a file that is open; `part` is the index of the file it lies in. */
export interface GgufTensor extends MeasuredTensor {
  part: number
}

/** Whole rows of a tensor as the file holds them. */
export interface TensorRows {
  tensor: GgufTensor
  firstRow: number
  rows: number
  data: Uint8Array
}

/**
 * A GGUF model open for reading: one file, or all parts of a split one. Nothing of the tensors is kept.
 * Owns its file handles; close it, or use `await using`.
 */
export class GgufFile {
  readonly paths: readonly string[]
  /** Header of the first file, where a split model has its metadata. */
  readonly header: GgufHeader
  /** In the order of the files. */
  readonly tensors: readonly GgufTensor[]
  readonly #files: readonly FileHandle[]
  readonly #byName: ReadonlyMap<string, GgufTensor>

  /** Use `openGguf`. */
  constructor(
    paths: readonly string[],
    files: readonly FileHandle[],
    header: GgufHeader,
    tensors: readonly GgufTensor[],
  ) {
    this.paths = paths
    this.#files = files
    this.header = header
    this.tensors = tensors
    this.#byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  }

  tensor(name: string): GgufTensor | undefined {
    return this.#byName.get(name)
  }

  /** A metadata value whole, with its type; undefined where there is none. */
  async value(key: string): Promise<GgufValue | undefined> {
    const encoded = await this.encodedValue(key)
    return encoded && decodeValue(encoded.number, Buffer.from(encoded.bytes))
  }

  /** A metadata value as bytes, for copying into another file without looking inside. */
  async encodedValue(key: string): Promise<EncodedValue | undefined> {
    const place = this.header.places.get(key)
    if (place === undefined) return undefined
    const bytes = new Uint8Array(place.end - place.start)
    await readFully(this.#file(0), bytes, place.start)
    return { type: 'encoded', number: place.type, bytes }
  }

  /**
   * The bytes of `rows` whole rows from `firstRow` on, into `target` where one is given.
   * @throws RangeError where the tensor has no such rows or `target` is of another size
   */
  async readRows(
    tensor: GgufTensor,
    firstRow: number,
    rows: number,
    target: Uint8Array = new Uint8Array(rows * tensor.rowBytes),
  ): Promise<Uint8Array> {
    if (firstRow < 0 || rows < 0 || firstRow + rows > tensor.rows) {
      throw new RangeError(`${tensor.name} has ${tensor.rows} rows, not ${firstRow} to ${firstRow + rows}`)
    }
    if (target.length !== rows * tensor.rowBytes) {
      throw new RangeError(`${rows} rows of ${tensor.name} are ${rows * tensor.rowBytes} bytes`)
    }
    await readFully(this.#file(tensor.part), target, tensor.start + firstRow * tensor.rowBytes)
    return target
  }

  /** All tensors in order, in runs of whole rows of at most `maxBytes`, or single rows where those are larger. */
  async *stream(maxBytes: number): AsyncGenerator<TensorRows> {
    for (const tensor of this.tensors) {
      const step = Math.max(1, Math.floor(maxBytes / tensor.rowBytes))
      for (let firstRow = 0; firstRow < tensor.rows; firstRow += step) {
        const rows = Math.min(step, tensor.rows - firstRow)
        yield { tensor, firstRow, rows, data: await this.readRows(tensor, firstRow, rows) }
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #file(part: number): FileHandle {
    const file = this.#files[part]
    if (file === undefined) throw new RangeError(`There is no part ${part}`)
    return file
  }
}

/**
 * Opens a GGUF model by its file, or by the first file of a split one, after checking every header and the place of
 * every tensor.
 * @throws GgufError, or the file system's error
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const files: FileHandle[] = []
  try {
    const first = await openPart(path, files)
    const paths = partPaths(path, first)
    const headers = [first]
    for (const part of paths.slice(1)) headers.push(await openPart(part, files))
    return new GgufFile(paths, files, first, collectTensors(paths, headers))
  } catch (error) {
    await Promise.all(files.map((file) => file.close()))
    throw error
  }
}

async function openPart(path: string, files: FileHandle[]): Promise<GgufHeader> {
  const file = await open(path, 'r')
  files.push(file)
  return readHeaderOf(file)
}

function collectTensors(paths: readonly string[], headers: readonly GgufHeader[]): GgufTensor[] {
  const tensors: GgufTensor[] = []
  const homes = new Map<string, number>()
  for (const [part, header] of headers.entries()) {
    checkPart(paths, headers, part)
    for (const tensor of measureTensors(header)) {
      const other = homes.get(tensor.name)
      if (other !== undefined) {
        throw new GgufError(`parts ${other + 1} and ${part + 1} both hold the tensor ${tensor.name}`)
      }
      homes.set(tensor.name, part)
      tensors.push({ ...tensor, part })
    }
  }
  const told = headers[0]?.metadata.get('split.tensors.count')
  if (typeof told === 'number' && headers.length > 1 && told !== tensors.length) {
    throw new GgufError(`its parts hold ${tensors.length} tensors, but the first tells of ${told}`)
  }
  return tensors
}

/** Parts of different downloads lie beside each other easily. */
function checkPart(paths: readonly string[], headers: readonly GgufHeader[], part: number): void {
  if (headers.length === 1) return
  const number = headers[part]?.metadata.get('split.no')
  const count = headers[part]?.metadata.get('split.count')
  const right = (number === undefined || number === part) && count === headers.length
  if (right) return
  const told = `number ${String(number)} of ${String(count)}, counted from 0`
  throw new GgufError(`${basename(paths[part] ?? '')} calls itself ${told}`, {
    hint: 'Get all parts of the model again, from one place.',
  })
}
