import {
  loadTensorApi,
  setBackendThreads,
  type BackendPointer,
  type BufferPointer,
  type Native,
  type TensorApi,
  type TensorContext,
} from '@woolgather/ggml'
import type { GgufFile } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import { shapeOf, type Tensor } from '../graph/tensor.ts'

/** What computes: a backend of ggml, and memory on it. Everything made with it is freed before it. */
export class Device implements Disposable {
  readonly api: TensorApi
  readonly backend: BackendPointer

  /** @throws WoolgatherError native-missing */
  constructor(native: Native, threads: number) {
    this.api = loadTensorApi(native.binary)
    const count = native.api.ggml_backend_dev_count()
    const devices = Array.from({ length: count }, (_, index) => native.api.ggml_backend_dev_get(index))
    const device = devices.find((one) => native.api.ggml_backend_dev_type(one) === cpuDevice)
    const backend = device === undefined ? null : this.api.ggml_backend_dev_init(device, null)
    if (device === undefined || backend === null) {
      throw new WoolgatherError('native-error', 'There is no processor to train on.')
    }
    setBackendThreads(this.api, device, backend, threads)
    this.backend = backend
  }

  [Symbol.dispose](): void {
    this.api.ggml_backend_free(this.backend)
  }
}

const cpuDevice = 0

/** Tensors that stay where they are, and their memory. */
export class Tensors implements Disposable {
  readonly #device: Device
  readonly #context: TensorContext
  #buffer: BufferPointer | undefined

  constructor(device: Device, most: number) {
    this.#device = device
    const bytes = device.api.ggml_tensor_overhead() * (most + 1)
    const context = device.api.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true })
    if (context === null) throw noMemory()
    this.#context = context
  }

  make(type: number, sizes: readonly number[], trains = false): Tensor {
    const shape = shapeOf(sizes)
    const pointer = this.#device.api.ggml_new_tensor(
      this.#context,
      type,
      4,
      BigInt64Array.from(shape, BigInt),
    )
    return { pointer, shape, type, trains }
  }

  /** Gives memory to all that were made. @throws WoolgatherError model-too-large */
  allocate(): void {
    const buffer = this.#device.api.ggml_backend_alloc_ctx_tensors(this.#context, this.#device.backend)
    if (buffer === null) throw noMemory()
    this.#buffer = buffer
  }

  zero(): void {
    if (this.#buffer !== undefined) this.#device.api.ggml_backend_buffer_clear(this.#buffer, 0)
  }

  get bytes(): number {
    return this.#buffer === undefined ? 0 : this.#device.api.ggml_backend_buffer_get_size(this.#buffer)
  }

  [Symbol.dispose](): void {
    if (this.#buffer !== undefined) this.#device.api.ggml_backend_buffer_free(this.#buffer)
    this.#buffer = undefined
    this.#device.api.ggml_free(this.#context)
  }
}

export function noMemory(): WoolgatherError {
  return new WoolgatherError('model-too-large', 'There is not enough memory to train this.', {
    input: 'model',
    hint: 'Make the batch or the cutoff smaller, or choose a smaller model.',
  })
}

/** Read at a time into memory. */
const chunkBytes = 16_777_216

/** A model's tensors as its file has them, quantised or not. */
export async function loadWeights(
  device: Device,
  file: GgufFile,
): Promise<{ tensors: Tensors; weights: ReadonlyMap<string, Tensor> }> {
  const tensors = new Tensors(device, file.tensors.length)
  try {
    const weights = new Map(
      file.tensors.map(({ name, type, shape }) => [name, tensors.make(type, shape)] as const),
    )
    tensors.allocate()
    for await (const { tensor, firstRow, data } of file.stream(chunkBytes)) {
      const { pointer } = weights.get(tensor.name)!
      device.api.ggml_backend_tensor_set(pointer, data, firstRow * tensor.rowBytes, data.length)
    }
    return { tensors, weights }
  } catch (error) {
    tensors[Symbol.dispose]()
    throw error
  }
}

export function writeFloats(device: Device, { pointer }: Tensor, values: Float32Array): void {
  device.api.ggml_backend_tensor_set(pointer, values, 0, values.byteLength)
}

export function writeInts(device: Device, { pointer }: Tensor, values: Int32Array): void {
  device.api.ggml_backend_tensor_set(pointer, values, 0, values.byteLength)
}

export function readFloats(device: Device, tensor: Tensor): Float32Array {
  const [a, b, c, d] = tensor.shape
  const values = new Float32Array(a * b * c * d)
  device.api.ggml_backend_tensor_get(tensor.pointer, values, 0, values.byteLength)
  return values
}
