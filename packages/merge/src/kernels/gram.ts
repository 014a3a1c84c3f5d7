import type { Chunk, Scan, TensorInputs } from '../tensor/tensor-merge.ts'
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
      if (gram.size === 2) addPair(gram, tensors[0]!, tensors[1]!)
      else addProducts(gram, tensors)
      for (let i = 0; i < gram.size; i++) {
        if (!Number.isFinite(gram.dot(i, i))) refuseNonFinite(chunk, inputs)
      }
    },
  }
}

/** All three products of two tensors in one go. */
function addPair(gram: Gram, a: Float32Array, b: Float32Array): void {
  let aa = 0
  let ab = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!
    const y = b[i]!
    aa += x * x
    ab += x * y
    bb += y * y
  }
  gram.add(0, 0, aa)
  gram.add(0, 1, ab)
  gram.add(1, 1, bb)
}

function addProducts(gram: Gram, tensors: readonly Float32Array[]): void {
  const total = tensors[0]?.length ?? 0
  for (let start = 0; start < total; start += blockLength) {
    const end = Math.min(start + blockLength, total)
    for (let i = 0; i < gram.size; i++) {
      for (let j = i; j < gram.size; j++) gram.add(i, j, dot(tensors[i]!, tensors[j]!, start, end))
    }
  }
}

function dot(a: Float32Array, b: Float32Array, start: number, end: number): number {
  let sum = 0
  for (let i = start; i < end; i++) sum += a[i]! * b[i]!
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
  offsets?: readonly Float64Array[],
): void {
  if (models.length === 2) {
    addOffsetPair(gram, models[0]!, models[1]!, base!, from, to)
    return
  }
  const spaces = offsets ?? models.map(() => new Float64Array(blockLength))
  for (let start = from; start < to; start += blockLength) {
    const count = Math.min(blockLength, to - start)
    for (let m = 0; m < models.length; m++) subtract(models[m]!, base!, start, count, spaces[m]!)
    for (let i = 0; i < models.length; i++) {
      for (let j = i; j < models.length; j++) gram.add(i, j, dotBlock(spaces[i]!, spaces[j]!, count))
    }
  }
}

function addOffsetPair(
  gram: Gram,
  a: Float32Array,
  b: Float32Array,
  base: Float32Array,
  from: number,
  to: number,
): void {
  let aa = 0
  let ab = 0
  let bb = 0
  for (let i = from; i < to; i++) {
    const x = a[i]! - base[i]!
    const y = b[i]! - base[i]!
    aa += x * x
    ab += x * y
    bb += y * y
  }
  gram.add(0, 0, aa)
  gram.add(0, 1, ab)
  gram.add(1, 1, bb)
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
