import type { Block } from '../sparsify/sparsifier.ts'

/** Mixes blocks of differences from the base into one. */
export type Mix = (blocks: readonly Block[], count: number, mixed: Float64Array) => void

/** Σ weights · differences. */
export function mixBySum(weights: readonly number[]): Mix {
  return (blocks, count, mixed) => {
    mixed.fill(0)
    for (let m = 0; m < blocks.length; m++) addScaled(weights[m]!, blocks[m]!.values, count, mixed)
  }
}

/**
 * TIES: elects each element's sign by the weighted sum, a tie being +, then sums the weighted differences of that
 * sign; with `normalize`, divided by the sum of their weights. (mergekit's order: PEFT elects before weighting.)
 */
export function mixByElectedSign(weights: readonly number[], normalize: boolean, length: number): Mix {
  const signs = new Float32Array(length)
  const signBits = new Int32Array(signs.buffer)
  const agreeing = new Float32Array(length)
  const agreeingBits = new Int32Array(agreeing.buffer)
  const divisors = new Float64Array(length)
  return (blocks, count, mixed) => {
    mixed.fill(0)
    divisors.fill(0)
    for (let m = 0; m < blocks.length; m++) addScaled(weights[m]!, blocks[m]!.values, count, mixed)
    electSigns(mixed, count, signs, signBits)
    mixed.fill(0)
    for (let m = 0; m < blocks.length; m++) {
      addAgreeing(weights[m]!, blocks[m]!.values, count, signs, agreeing, agreeingBits, mixed, divisors)
    }
    if (normalize) divide(mixed, count, divisors)
  }
}

function addScaled(factor: number, values: Float32Array, count: number, sums: Float64Array): void {
  for (let i = 0; i < count; i++) sums[i]! += factor * values[i]!
}

/** 1, or −1 where the sum is negative. From the sign bit, as a branch would be mispredicted half the time. */
function electSigns(sums: Float64Array, count: number, signs: Float32Array, signBits: Int32Array): void {
  // A sum of −0 only comes from differences that are all zero, whose sign does not matter.
  for (let i = 0; i < count; i++) {
    signs[i] = sums[i]!
    signs[i] = 1 + 2 * (signBits[i]! >> 31)
  }
}

function addAgreeing(
  weight: number,
  values: Float32Array,
  count: number,
  signs: Float32Array,
  agreeing: Float32Array,
  agreeingBits: Int32Array,
  sums: Float64Array,
  divisors: Float64Array,
): void {
  for (let i = 0; i < count; i++) agreeing[i] = weight * values[i]! * signs[i]!
  for (let i = 0; i < count; i++) {
    const bits = agreeingBits[i]!
    // 1 where the number is neither negative nor zero.
    const agrees = (~bits >>> 31) & (((bits & 0x7fffffff) + 0x7fffffff) >>> 31)
    sums[i]! += agrees * weight * values[i]!
    divisors[i]! += agrees * weight
  }
}

function divide(sums: Float64Array, count: number, divisors: Float64Array): void {
  for (let i = 0; i < count; i++) sums[i]! /= divisors[i] === 0 ? 1 : divisors[i]!
}
