import type { ControlVector, MeasuredBlock } from '@woolgather/llama'

type Measured = ReadonlyMap<number, MeasuredBlock>

/** Where positive and negative texts lie apart, neutral ones lie half-way. */
const fromNeutral = 0.5
/** Most that a block's own output is moved by: what one block takes well, of several models. */
const mostInBlock = 0.6
/** Least worth of a block beside its size: later blocks may undo what one adds, but then more of it is no help. */
const leastWorth = 0.05

/**
 * By how much to multiply directions, for strength 1 to move the output of the last block as far as from neutral texts to
 * the positive ones, and no block by more than it takes well. What blocks add up to is the sum of what each is worth,
 * since each block's output holds what those below added.
 */
export function fullStrength(measured: Measured): number {
  const blocks = [...measured].toSorted(([a], [b]) => a - b)
  let worths = 0
  let most = Infinity
  for (const [, { worth, size }] of blocks) {
    const own = Math.max(Math.abs(worth), leastWorth * Math.abs(size))
    worths += own
    if (own > 0) most = Math.min(most, mostInBlock / (Math.abs(size) * (worths / own)))
  }
  return worths === 0 ? 1 : Math.min(fromNeutral / worths, most)
}

/** Some blocks of a vector. Where it was measured they get as much more as makes them mean the same. */
export function keepBlocks(vector: ControlVector, layers: readonly number[]): ControlVector {
  const { architecture, directions, measured } = vector
  const kept = new Map(layers.map((layer) => [layer, directions.get(layer)!]))
  if (measured === undefined) return { architecture, directions: kept }
  const ofKept = new Map([...measured].filter(([layer]) => kept.has(layer)))
  const factor = fullStrength(ofKept) / fullStrength(measured)
  return {
    architecture,
    directions: new Map(
      [...kept].map(([layer, direction]) => [layer, direction.map((value) => value * factor)]),
    ),
    measured: scaleMeasured(ofKept, factor),
  }
}

export function scaleMeasured(measured: Measured, factor: number): Measured {
  return new Map(
    [...measured].map(([layer, { worth, size }]) => [layer, { worth: worth * factor, size: size * factor }]),
  )
}

export function addMeasured(a: Measured, b: Measured): Measured {
  const layers = new Set([...a.keys(), ...b.keys()])
  const none = { worth: 0, size: 0 }
  return new Map(
    [...layers].map((layer) => {
      const [one, other] = [a.get(layer) ?? none, b.get(layer) ?? none]
      // Directions of two vectors are seldom opposite: what each does to a block adds up.
      return [
        layer,
        {
          worth: Math.abs(one.worth) + Math.abs(other.worth),
          size: Math.abs(one.size) + Math.abs(other.size),
        },
      ]
    }),
  )
}
