import { dequantizeRows, loadNative, tensorTypes, type Native, type TensorType } from '@woolgather/ggml'
import { ggmlTypes, openGguf, type GgufFile, type GgufTensor } from '@woolgather/gguf'

/** Name of the type a tensor is stored in; null for none. */
export function typeName(tensor: GgufTensor | undefined): string | null {
  return tensor === undefined ? null : (ggmlTypes.get(tensor.type)?.name ?? null)
}

/** The type of a tensor that ggml reads as 32-bit floats; undefined of others: tables of integers, say. */
export function weightsType(tensor: GgufTensor): TensorType | undefined {
  const name = typeName(tensor) ?? ''
  return Object.hasOwn(tensorTypes, name) ? (name as TensorType) : undefined
}

export function isReadable(tensor: GgufTensor): boolean {
  return weightsType(tensor) !== undefined
}

/** A model file whose tensors are read as 32-bit floats. Close it, or use `await using`. */
export class WeightsFile implements AsyncDisposable {
  readonly file: GgufFile
  readonly #api: Native['api']

  private constructor(file: GgufFile, api: Native['api']) {
    this.file = file
    this.#api = api
  }

  /** @throws GgufError, or the file system's error */
  static async open(path: string): Promise<WeightsFile> {
    const { api } = await loadNative()
    return new WeightsFile(await openGguf(path), api)
  }

  /** Whole rows of a tensor that is readable. */
  async read({ name }: { name: string }, firstRow: number, rows: number): Promise<Float32Array> {
    const tensor = this.file.tensor(name)
    if (tensor === undefined) throw new RangeError(`There is no tensor ${name}`)
    const bytes = await this.file.readRows(tensor, firstRow, rows)
    return dequantizeRows(this.#api, typeName(tensor) as TensorType, bytes, tensor.rowLength)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}
