/** A text to learn from: its tokens, and which of them are learnt. The first is never learnt: nothing comes before it. */
export interface Example {
  tokens: Int32Array
  /** As long: what each counts as something to be foreseen, 0 for what is only read. */
  weights: Float32Array
}

/** What counts of an example. */
export function weightOf({ weights }: Example): number {
  let sum = 0
  for (let index = 1; index < weights.length; index++) sum += weights[index]!
  return sum
}

/**
 * Which examples a step learns from, the same whenever it is asked: every example once before any comes again, each
 * time in another order.
 * @param step counted from 1
 */
export function examplesAt(
  step: number,
  { count, size, seed }: { count: number; size: number; seed: number },
): number[] {
  const first = (step - 1) * size
  const chosen: number[] = []
  let epoch = -1
  let order: number[] = []
  for (let place = first; place < first + size; place++) {
    const current = Math.floor(place / count)
    if (current !== epoch) order = shuffled(count, seed, current)
    epoch = current
    chosen.push(order[place % count]!)
  }
  return chosen
}

/** 0 … count − 1 in an order that the seed and the number decide. */
export function shuffled(count: number, seed: number, round: number): number[] {
  const random = randomFrom(seed, round)
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const held = order[last]!
    order[last] = order[other]!
    order[other] = held
  }
  return order
}

/** Numbers from 0 to 1 without 1 (splitmix32). */
export function randomFrom(seed: number, stream: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 2 ** 32
  }
}
