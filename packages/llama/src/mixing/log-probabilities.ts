/** e^-x at the middle of each step of 1/128; what lies lower than 40 below the likeliest adds less than a double holds. */
const steps = 128
const lastStep = 40 * steps
const table = Float64Array.from({ length: lastStep + 1 }, (_, step) =>
  step === lastStep ? 0 : Math.exp(-(step + 0.5) / steps),
)

/**
 * ln Σ e^x over a row, to 1e-7, which is what logits are precise to; NaN where one of them is. A table and two terms of
 * the series around its nearest entry take a sixth of the time of exponentials, of which a vocabulary has up to 262,144
 * per token.
 */
export function logSumExp(row: Float32Array, most: number = largest(row)): number {
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (let index = 0; index < row.length; index++) {
    const below = Math.min((most - row[index]!) * steps, lastStep)
    const step = below | 0
    const beyond = (below - step - 0.5) / steps
    sum += table[step]! * (1 - beyond * (1 - 0.5 * beyond))
  }
  return most + Math.log(sum)
}

function largest(row: Float32Array): number {
  let most = -Infinity
  for (let index = 0; index < row.length; index++) if (row[index]! > most) most = row[index]!
  return most
}

/** The `count` largest of a row, largest first; of equal ones the earlier token. */
export function topTokens(row: Float32Array, count: number): number[] {
  if (count === 0) return []
  const top: number[] = []
  let least = -Infinity
  for (let token = 0; token < row.length; token++) {
    const value = row[token]!
    // The one comparison that nearly every token of a large vocabulary ends at.
    if (value <= least && top.length === count) continue
    let place = top.length
    while (place > 0 && row[top[place - 1]!]! < value) place--
    top.splice(place, 0, token)
    if (top.length > count) top.pop()
    if (top.length === count) least = row[top[count - 1]!]!
  }
  return top
}
