import type { CharSet } from 'refa'
import { ConstraintError } from '../errors/constraint-error.ts'
import { isSurrogate, isSurrogates, surrogates } from './characters.ts'

/** Classes of characters that no set of the grammar tells apart, numbered from 0. */
export interface CharacterPartition {
  readonly classCount: number
  /** Class of each code point below 65,536, or −1 where no set holds it; laid out when it is first asked for. */
  readonly plane: Int16Array
  /** The same for any code point. */
  readonly classOf: (point: number) => number
  /** Classes that make up a set. */
  readonly classesOf: (set: number) => Int32Array
  /** Starts of the intervals of equal class, ascending from 0; `intervalClass` is −1 where no set applies. */
  readonly intervalStart: Int32Array
  readonly intervalClass: Int32Array
  /** Last code point of the whole range plus one. */
  readonly end: number
}

const planeSize = 0x10000
const end = 0x110000
const maximumIntervals = 200_000
/** So that a class fits 16 bits; real constraints have a few hundred at most. */
const maximumClasses = 20_000

const firstSurrogate = surrogates.ranges[0]!.min
const afterSurrogates = surrogates.ranges[0]!.max + 1
/** Signature of what no set holds. */
const nobody = '0:0'

/** The intervals of equal class: plain data, which another thread may work out. */
export type CharacterIntervals = Pick<CharacterPartition, 'classCount' | 'intervalStart' | 'intervalClass'>

export function partitionCharacters(sets: readonly CharSet[]): CharacterPartition {
  return usePartition(findIntervals(sets), sets)
}

function findIntervals(sets: readonly CharSet[]): CharacterIntervals {
  const { starts, signatures } = sweepBoth(sets)
  const numbers = new Map<string, number>([[nobody, -1]])
  const intervalStart = Int32Array.from(starts)
  const intervalClass = Int32Array.from(signatures, (signature) => {
    const known = numbers.get(signature)
    if (known !== undefined) return known
    numbers.set(signature, numbers.size - 1)
    return numbers.size - 2
  })
  if (numbers.size > maximumClasses) {
    throw new ConstraintError(
      'too-large',
      `The constraint tells apart more than ${maximumClasses} kinds of characters`,
    )
  }
  return { classCount: numbers.size - 1, intervalStart, intervalClass }
}

/** @param sets those that the intervals were found for */
export function usePartition(
  { classCount, intervalStart, intervalClass }: CharacterIntervals,
  sets: readonly CharSet[],
): CharacterPartition {
  let plane: Int16Array | undefined
  const classes: Int32Array[] = []
  return {
    classCount,
    get plane() {
      return (plane ??= layOutPlane(intervalStart, intervalClass))
    },
    classOf: (point) =>
      plane !== undefined && point < planeSize
        ? plane[point]!
        : intervalClass[findInterval(intervalStart, point)]!,
    classesOf: (set) => (classes[set] ??= classesWithin(sets[set]!, intervalStart, intervalClass)),
    intervalStart,
    intervalClass,
    end,
  }
}

function layOutPlane(intervalStart: Int32Array, intervalClass: Int32Array): Int16Array {
  const plane = new Int16Array(planeSize)
  intervalStart.forEach((start, index) => {
    if (start < planeSize)
      plane.fill(intervalClass[index]!, start, Math.min(intervalStart[index + 1] ?? end, planeSize))
  })
  return plane
}

/** Index of the interval that holds a code point. */
export function findInterval(intervalStart: Int32Array, point: number): number {
  let low = 0
  let high = intervalStart.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (intervalStart[middle]! <= point) low = middle
    else high = middle - 1
  }
  return low
}

/** Characters by the sets of such, surrogates by those that stand for tokens. */
function sweepBoth(sets: readonly CharSet[]): { starts: number[]; signatures: string[] } {
  const tokens = sets.filter(isSurrogates)
  const characters = sweep(tokens.length === 0 ? sets : sets.filter((set) => !isSurrogates(set)))
  if (tokens.length === 0) return characters
  const own = sweep(tokens, true)
  const before = characters.starts.findIndex((start) => start >= firstSurrogate)
  const after = characters.starts.findIndex((start) => start >= afterSurrogates)
  const [begin, end] = [own.starts.indexOf(firstSurrogate), own.starts.indexOf(afterSurrogates)]
  const join = <T>(of: readonly T[], inside: readonly T[]): T[] => [
    ...of.slice(0, before),
    ...inside.slice(begin, end),
    ...of.slice(after),
  ]
  return {
    starts: join(characters.starts, own.starts),
    signatures: join(
      characters.signatures,
      own.signatures.map((signature) => (signature === nobody ? nobody : `token ${signature}`)),
    ),
  }
}

/** Cuts the range of characters wherever a set begins or ends; equal signatures mean the same sets apply. */
function sweep(
  sets: readonly CharSet[],
  ofTokens: boolean = false,
): { starts: number[]; signatures: string[] } {
  const borders = [0, firstSurrogate, afterSurrogates]
  const changes = new Map<number, [number, number]>(borders.map((point) => [point, [0, 0]]))
  const toggle = (point: number, high: number, low: number) => {
    const change = changes.get(point) ?? [0, 0]
    changes.set(point, [change[0] ^ high, change[1] ^ low])
    if (changes.size > maximumIntervals) {
      throw new ConstraintError(
        'too-large',
        `The constraint tells apart more than ${maximumIntervals} ranges of characters`,
      )
    }
  }
  const random = pseudoRandom()
  for (const set of sets) {
    const high = random()
    const low = random()
    for (const { min, max } of set.ranges) {
      toggle(min, high, low)
      toggle(max + 1, high, low)
    }
  }
  changes.delete(end)
  const starts = [...changes.keys()].sort((a, b) => a - b)
  let high = 0
  let low = 0
  const signatures = starts.map((start) => {
    const change = changes.get(start)!
    high ^= change[0]
    low ^= change[1]
    return isSurrogate(start) === ofTokens ? `${high}:${low}` : nobody
  })
  return { starts, signatures }
}

function classesWithin(set: CharSet, intervalStart: Int32Array, intervalClass: Int32Array): Int32Array {
  const classes: number[] = []
  const isListed: boolean[] = []
  const isToken = isSurrogates(set)
  for (const { min, max } of set.ranges) {
    for (let index = findInterval(intervalStart, min); (intervalStart[index] ?? end) <= max; index++) {
      const characterClass = intervalClass[index]!
      if (characterClass < 0 || isListed[characterClass] === true) continue
      if (isSurrogate(intervalStart[index]!) !== isToken) continue
      isListed[characterClass] = true
      classes.push(characterClass)
    }
  }
  return Int32Array.from(classes)
}

/** Zobrist keys: 64 bits a set, so that two different collections share a signature once in 10¹⁹. */
function pseudoRandom(): () => number {
  let state = 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return mixed ^ (mixed >>> 14)
  }
}
