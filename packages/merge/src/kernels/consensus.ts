import type { Block } from './block.ts'

/** Mixes the first `count` differences of each block into one; what the blocks hold afterwards is of no use. */
export type Mix = (blocks: readonly Block[], count: number, mixed: Float64Array) => void

/** Σ weights · differences. */
export function mixBySum(weights: readonly number[]): Mix {
  return (blocks, count, mixed) => {
    mixed.fill(0)
    for (const [m, { values }] of blocks.entries()) addScaled(weights[m]!, values, count, mixed)
  }
}

/** Models up to which the divisors of every set of agreeing ones are worth a table. */
const tabledModels = 8

/**
 * TIES: elects each element's sign by the weighted sum, a tie being +, then sums the weighted differences of that
 * sign; with `normalize`, divided by the sum of their weights. (mergekit's order: PEFT elects before weighting.)
 *
 * Which differences agree is as good as random, so branches on it would be mispredicted: signs are compared as bits.
 */
export function mixByElectedSign(weights: readonly number[], normalize: boolean, length: number): Mix {
  const sums = new Float32Array(length)
  const sumBits = new Int32Array(sums.buffer)
  const [p, q] = weights
  if (p !== undefined && q !== undefined && weights.length === 2) {
    const factors = tabulateFactors(weights, normalize)
    return ([first, second], count, mixed) => {
      weighTwo(p, first!.values, q, second!.values, count, sums)
      addTwo(first!.bits, second!.bits, sumBits, first!.values, second!.values, factors, count, mixed)
    }
  }
  const add =
    weights.length <= tabledModels
      ? addByTable(weights, normalize, length)
      : addBySums(weights, normalize, length)
  return (blocks, count, mixed) => {
    mixed.fill(0)
    for (const [m, { values }] of blocks.entries()) weigh(weights[m]!, values, count, mixed)
    // A sum of −0 only comes from differences that are all zero, whose sign does not matter.
    sums.set(mixed)
    mixed.fill(0)
    add(blocks, count, sumBits, mixed)
  }
}

/** Adds up the weighted differences whose signs are those of `elected`. */
type AddAgreeing = (blocks: readonly Block[], count: number, elected: Int32Array, mixed: Float64Array) => void

function addByTable(weights: readonly number[], normalize: boolean, length: number): AddAgreeing {
  const factors = tabulateFactors(weights, normalize)
  const sets = new Int32Array(length)
  return (blocks, count, elected, mixed) => {
    // The elected sign is the lowest bit of the index, the models that agree are the others.
    for (let i = 0; i < count; i++) sets[i] = elected[i]! >>> 31
    for (const [m, { values, bits }] of blocks.entries()) {
      addToSets(values, bits, count, elected, m + 1, sets, mixed)
    }
    for (let i = 0; i < count; i++) mixed[i]! *= factors[sets[i]!]!
  }
}

/** Sign over divisor, for each set of models that agree with each sign. */
function tabulateFactors(weights: readonly number[], normalize: boolean): Float64Array {
  return Float64Array.from({ length: 2 << weights.length }, (_, index) => {
    const sign = (index & 1) === 1 ? -1 : 1
    const sum = weights.reduce((total, weight, m) => total + ((index >> (m + 1)) & 1) * weight, 0)
    return normalize && sum !== 0 ? sign / sum : sign
  })
}

function addToSets(
  values: Float32Array,
  bits: Int32Array,
  count: number,
  elected: Int32Array,
  place: number,
  sets: Int32Array,
  sums: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    // Turned by the elected sign, those that agree are positive; all others become 0.
    const turned = bits[i]! ^ (elected[i]! & 0x80000000)
    const agreeing = turned & ~(turned >> 31)
    bits[i] = agreeing
    sets[i]! |= ((0 - agreeing) >>> 31) << place
    sums[i]! += values[i]!
  }
}

function addBySums(weights: readonly number[], normalize: boolean, length: number): AddAgreeing {
  const divisors = new Float64Array(length)
  return (blocks, count, elected, mixed) => {
    divisors.fill(0)
    for (const [m, { values, bits }] of blocks.entries()) {
      addWithDivisors(values, bits, count, elected, Float64Array.of(0, weights[m]!), mixed, divisors)
    }
    for (let i = 0; i < count; i++) {
      const sign = elected[i]! < 0 ? -1 : 1
      mixed[i]! *= normalize && divisors[i] !== 0 ? sign / divisors[i]! : sign
    }
  }
}

/**
 * Adds the magnitudes of those weighted differences whose sign is that of `elected`, and `shares[1]` to their divisors;
 * `shares[0]` is 0. The differences themselves are used up.
 */
export function addWithDivisors(
  values: Float32Array,
  bits: Int32Array,
  count: number,
  elected: Int32Array,
  shares: Float64Array,
  sums: Float64Array,
  divisors: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const turned = bits[i]! ^ (elected[i]! & 0x80000000)
    const agreeing = turned & ~(turned >> 31)
    bits[i] = agreeing
    divisors[i]! += shares[(0 - agreeing) >>> 31]!
    sums[i]! += values[i]!
  }
}

/** Two models, the usual case, in half as many passes. */
function weighTwo(
  p: number,
  first: Float32Array,
  q: number,
  second: Float32Array,
  count: number,
  sums: Float32Array,
): void {
  for (let i = 0; i < count; i++) {
    const x = p * first[i]!
    const y = q * second[i]!
    first[i] = x
    second[i] = y
    sums[i] = x + y
  }
}

function addTwo(
  firstBits: Int32Array,
  secondBits: Int32Array,
  sumBits: Int32Array,
  first: Float32Array,
  second: Float32Array,
  factors: Float64Array,
  count: number,
  mixed: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const sign = sumBits[i]! & 0x80000000
    const x = firstBits[i]! ^ sign
    const y = secondBits[i]! ^ sign
    const keptX = x & ~(x >> 31)
    const keptY = y & ~(y >> 31)
    firstBits[i] = keptX
    secondBits[i] = keptY
    const set = (sign >>> 31) | (((0 - keptX) >>> 31) << 1) | (((0 - keptY) >>> 31) << 2)
    mixed[i] = (first[i]! + second[i]!) * factors[set]!
  }
}

function addScaled(factor: number, values: Float32Array, count: number, sums: Float64Array): void {
  for (let i = 0; i < count; i++) sums[i]! += factor * values[i]!
}

/** Multiplies differences by their weight, in place, and adds them to the sums. */
function weigh(weight: number, values: Float32Array, count: number, sums: Float64Array): void {
  for (let i = 0; i < count; i++) {
    const weighted = weight * values[i]!
    values[i] = weighted
    sums[i]! += weighted
  }
}
