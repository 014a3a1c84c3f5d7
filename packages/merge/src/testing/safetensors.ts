import { readFileSync } from 'node:fs'
import type { FixtureTensor } from './fixtures.ts'

export interface StoredTensor extends Pick<FixtureTensor, 'shape'> {
  values: Float32Array
}

/** All tensors of a safetensors file of 32-bit floats. */
export function readSafetensors(path: URL): Map<string, StoredTensor> {
  const bytes = readFileSync(path)
  const headerBytes = Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<string, Entry>
  const tensors = new Map<string, StoredTensor>()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}; the reference models are F32`)
    const [start, end] = data_offsets.map((offset) => 8 + headerBytes + offset)
    tensors.set(name, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(start, end)).buffer) })
  }
  return tensors
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}
