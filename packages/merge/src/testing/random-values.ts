/** Seeded values, roughly normal, of the size of weights. */
export function randomValues(seed: number, length: number, scale = 0.05): Float32Array {
  const values = new Float32Array(length)
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) | 0 || 1
  const uniform = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2 ** 32
  }
  for (let i = 0; i < length; i++) values[i] = (uniform() + uniform() + uniform() + uniform()) * 1.7 * scale
  return values
}
