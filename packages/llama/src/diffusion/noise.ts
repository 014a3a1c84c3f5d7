/** What a number is drawn for: two uses at one place and step are independent. */
export const draws = { token: 1, order: 2, remask: 3 } as const

/**
 * A number from 0 up to 1 that depends on its arguments and on nothing else: not on what was drawn before, so that a
 * text is the same whatever is written beside it and wherever it was taken up again.
 */
export function noise(seed: number, place: number, step: number, draw: number): number {
  let state = mix(seed ^ 0x9e3779b9)
  state = mix(state ^ place)
  state = mix(state ^ Math.imul(step, 0x85ebca6b))
  state = mix(state ^ Math.imul(draw, 0xc2b2ae35))
  return (state >>> 0) / 2 ** 32
}

/** A round of MurmurHash3's finaliser: every bit of the input reaches every bit of the result. */
function mix(value: number): number {
  let state = (value + 0x6d2b79f5) | 0
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return state ^ (state >>> 16)
}
