/** Differences of `count` elements from `start` on, into the beginning of `target`. */
export function subtract(
  model: Float32Array,
  base: Float32Array,
  start: number,
  count: number,
  target: Float32Array,
): void {
  for (let i = 0; i < count; i++) target[i] = model[start + i]! - base[start + i]!
}
