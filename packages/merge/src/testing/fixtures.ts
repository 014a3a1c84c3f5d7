import { readFileSync } from 'node:fs'

/** A tensor as the reference files hold it: rows first. */
export interface FixtureTensor {
  shape: number[]
  data: number[]
}

const folder = new URL('../../fixtures/', import.meta.url)

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as T
}

export function fixturePath(name: string): URL {
  return new URL(name, folder)
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    // NaN must not pass for equal.
    if (!(difference <= largest)) largest = difference
  }
  return largest
}
