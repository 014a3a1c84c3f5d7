import type { Chunk, Scan, TensorInputs } from '../tensor-merge.ts'
import { blockLength } from './combine.ts'
import { refuseNonFinite } from './finite.ts'

/**
 * Inner products of the models' tensors, or of their offsets from the base, summed in 64 bits. All methods on the
 * sphere need no more than these: norms and angles come from them, and whatever they make is a combination of the
 * tensors, so its coefficients can be computed first and the tensors read once more.
 */
export class Gram {
  readonly size: number
  readonly #sums: Float64Array

  constructor(size: number) {
    this.size = size
    this.#sums = new Float64Array(size * size)
  }

  add(i: number, j: number, value: number): void {
    this.#sums[i * this.size + j]! += value
    if (i !== j) this.#sums[j * this.size + i]! += value
  }

  dot(i: number, j: number): number {
    return this.#sums[i * this.size + j]!
  }

  norm(i: number): number {
    return Math.sqrt(this.dot(i, i))
  }

  /** Inner product of two combinations of the tensors. */
  dotOf(p: readonly number[], q: readonly number[]): number {
    let sum = 0
    for (let i = 0; i < this.size; i++) {
      for (let j = 0; j < this.size; j++) sum += p[i]! * q[j]! * this.dot(i, j)
    }
    return sum
  }

  /** Length of a combination of the tensors. */
  normOf(p: readonly number[]): number {
    return Math.sqrt(Math.max(0, this.dotOf(p, p)))
  }
}

/** Fills `gram` with the inner products of the tensors that `select` picks from a chunk. */
export function scanGram(
  gram: Gram,
  inputs: TensorInputs,
  select: (chunk: Chunk) => readonly Float32Array[],
): Scan {
  return {
    see: (chunk) => {
      const tensors = select(chunk)
      for (let i = 0; i < gram.size; i++) {
        for (let j = i; j < gram.size; j++) gram.add(i, j, dot(tensors[i]!, tensors[j]!))
        if (!Number.isFinite(gram.dot(i, i))) refuseNonFinite(chunk, inputs)
      }
    },
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Fills `gram` with the inner products of the models' offsets from the base. */
export function scanOffsetGram(gram: Gram, inputs: TensorInputs): Scan {
  const offsets = Array.from({ length: gram.size }, () => new Float64Array(blockLength))
  return {
    see: (chunk) => {
      addOffsetProducts(gram, chunk, 0, chunk.rows * inputs.columns, offsets)
      for (let i = 0; i < gram.size; i++) {
        if (!Number.isFinite(gram.dot(i, i))) refuseNonFinite(chunk, inputs)
      }
    },
  }
}

/** Adds the inner products of offsets from the base over elements `from` to `to` of a chunk. */
export function addOffsetProducts(
  gram: Gram,
  { models, base }: Chunk,
  from: number,
  to: number,
  offsets: readonly Float64Array[] = models.map(() => new Float64Array(blockLength)),
): void {
  for (let start = from; start < to; start += blockLength) {
    const count = Math.min(blockLength, to - start)
    for (let m = 0; m < models.length; m++) subtract(models[m]!, base!, start, count, offsets[m]!)
    for (let i = 0; i < models.length; i++) {
      for (let j = i; j < models.length; j++) gram.add(i, j, dotBlock(offsets[i]!, offsets[j]!, count))
    }
  }
}

function subtract(
  input: Float32Array,
  base: Float32Array,
  start: number,
  count: number,
  target: Float64Array,
): void {
  for (let i = 0; i < count; i++) target[i] = input[start + i]! - base[start + i]!
}

function dotBlock(a: Float64Array, b: Float64Array, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += a[i]! * b[i]!
  return sum
}
