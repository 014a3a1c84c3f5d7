import { deserialize, serialize } from 'node:v8'
import { CharSet } from 'refa'
import type { PreparedNetwork } from './automaton/automaton.ts'
import type { NetworkFacts } from './grammar/analyse-network.ts'
import { maximumCodePoint } from './grammar/characters.ts'
import type { Counter } from './grammar/counter.ts'
import type { Network, NetworkCondition } from './grammar/network.ts'
import { usePartition, type CharacterIntervals } from './grammar/partition-characters.ts'
import type { Steps } from './grammar/steps.ts'
import type { PreparedSource } from './prepare-source.ts'

/**
 * A prepared source as another thread sends it: arrays that change hands, and pieces that are read one at a time, so that
 * whoever receives it is not held by reading all at once.
 */
export interface PackedSource extends Omit<PreparedSource, 'prepared'> {
  readonly network: Omit<Network, 'sets' | 'conditions' | 'ruleNames'>
  readonly facts: NetworkFacts
  readonly usable: Uint8Array
  readonly intervals: CharacterIntervals
  readonly sets: PackedSets
  /** What is counted, each once: conditions name it by its place. */
  readonly counters: readonly Counter[]
  /** Serialised lists of conditions. */
  readonly conditions: readonly Uint8Array[]
}

/** First and last code points of all sets, one after the other; those of set n are `ends[n - 1]` up to `ends[n]`. */
export interface PackedSets {
  readonly points: Int32Array
  readonly ends: Int32Array
}

const conditionsAtOnce = 1_000
const setsAtOnce = 500

export function packSource({ prepared, ...rest }: PreparedSource): PackedSource {
  const { network, facts, usable, partition } = prepared
  const { sets, conditions, ruleNames, ...edges } = network
  // Names were for what cannot be met, which is known by now.
  void ruleNames
  const { classCount, intervalStart, intervalClass } = partition
  return {
    ...rest,
    network: edges,
    facts,
    usable,
    intervals: { classCount, intervalStart, intervalClass },
    sets: packSets(sets),
    ...packConditions(conditions),
  }
}

export function* unpackSource(packed: PackedSource): Steps<PreparedSource> {
  const { network, facts, usable, intervals, sets: packedSets, counters, conditions, ...rest } = packed
  const sets = yield* unpackSets(packedSets)
  const whole: Network = {
    ...network,
    sets,
    conditions: yield* unpackConditions(conditions, counters),
    ruleNames: [],
  }
  const prepared: PreparedNetwork = {
    network: whole,
    facts,
    usable,
    partition: usePartition(intervals, sets),
  }
  return { ...rest, prepared }
}

export function packSets(sets: readonly CharSet[]): PackedSets {
  let count = 0
  const ends = Int32Array.from(sets, ({ ranges }) => (count += 2 * ranges.length))
  const points = new Int32Array(count)
  let at = 0
  for (const { ranges } of sets) {
    for (const { min, max } of ranges) {
      points[at++] = min
      points[at++] = max
    }
  }
  return { points, ends }
}

export function* unpackSets({ points, ends }: PackedSets): Steps<CharSet[]> {
  const sets: CharSet[] = []
  const none = CharSet.empty(maximumCodePoint)
  let at = 0
  for (const end of ends) {
    const ranges: { min: number; max: number }[] = []
    for (; at < end; at += 2) ranges.push({ min: points[at]!, max: points[at + 1]! })
    sets.push(none.union(ranges))
    if (sets.length % setsAtOnce === 0) yield
  }
  return sets
}

function packConditions(
  conditions: readonly NetworkCondition[],
): Pick<PackedSource, 'counters' | 'conditions'> {
  const counters = new Map<Counter, number>()
  const numberOf = (counter: Counter): number => {
    const number = counters.get(counter) ?? counters.size
    counters.set(counter, number)
    return number
  }
  const plain = conditions.map((condition) =>
    'counter' in condition ? { ...condition, counter: numberOf(condition.counter) } : condition,
  )
  const pieces = Array.from({ length: Math.ceil(plain.length / conditionsAtOnce) }, (_, piece) =>
    Uint8Array.from(serialize(plain.slice(piece * conditionsAtOnce, (piece + 1) * conditionsAtOnce))),
  )
  return { counters: [...counters.keys()], conditions: pieces }
}

type PlainCondition = Exclude<NetworkCondition, { counter: Counter }> | { kind: string; counter: number }

function* unpackConditions(
  pieces: readonly Uint8Array[],
  counters: readonly Counter[],
): Steps<NetworkCondition[]> {
  const conditions: NetworkCondition[] = []
  for (const piece of pieces) {
    for (const condition of deserialize(piece) as PlainCondition[])
      conditions.push(
        ('counter' in condition
          ? { ...condition, counter: counters[condition.counter]! }
          : condition) as NetworkCondition,
      )
    yield
  }
  return conditions
}
