/** e^-x at the middle of each step of 1/128; what lies lower than 40 below the likeliest adds less than a double holds. */
const steps = 128
const lastStep = 40 * steps
const stepSize = 1 / steps
const table = Float64Array.from({ length: lastStep + 1 }, (_, step) =>
  step === lastStep ? 0 : Math.exp(-(step + 0.5) / steps),
)

/**
 * ln Σ e^x over a row, to 1e-7, which is what logits are precise to; NaN where one of them is. A table and two terms of
 * the series around its nearest entry, in two sums that need not wait for each other: a vocabulary has up to 262,144 tokens.
 */
export function logSumExp(row: Float32Array, most: number = largest(row)): number {
  if (!Number.isFinite(most)) return most
  const top = most * steps
  const even = row.length - (row.length % 2)
  let [sum, other] = [even < row.length ? exponential(top - row[even]! * steps) : 0, 0]
  for (let index = 0; index < even; index += 2) {
    sum += exponential(top - row[index]! * steps)
    other += exponential(top - row[index + 1]! * steps)
  }
  return most + Math.log(sum + other)
}

/** e^(-below / steps). */
function exponential(below: number): number {
  // Not “below < lastStep”: what is no number must come through.
  if (below >= lastStep) return 0
  const step = below | 0
  const beyond = (below - step - 0.5) * stepSize
  return table[step]! * (1 - beyond * (1 - 0.5 * beyond))
}

/** In four parts that need not wait for each other. */
function largest(row: Float32Array): number {
  let [a, b, c, d] = [-Infinity, -Infinity, -Infinity, -Infinity]
  const whole = row.length - (row.length % 4)
  for (let index = 0; index < whole; index += 4) {
    if (row[index]! > a) a = row[index]!
    if (row[index + 1]! > b) b = row[index + 1]!
    if (row[index + 2]! > c) c = row[index + 2]!
    if (row[index + 3]! > d) d = row[index + 3]!
  }
  return Math.max(a, b, c, d, ...row.subarray(whole))
}

/** The `count` largest of a row, largest first; of equal ones the earlier token. */
export function topTokens(row: Float32Array, count: number): number[] {
  if (count === 0) return []
  const top: number[] = []
  let least = -Infinity
  const consider = (token: number): void => {
    const value = row[token]!
    if (value <= least && top.length === count) return
    let place = top.length
    while (place > 0 && row[top[place - 1]!]! < value) place--
    top.splice(place, 0, token)
    if (top.length > count) top.pop()
    if (top.length === count) least = row[top[count - 1]!]!
  }
  const begun = Math.min(row.length, count)
  for (let token = 0; token < begun; token++) consider(token)
  // Nearly all of a large vocabulary is passed by, four tokens at a time.
  const whole = row.length - ((row.length - begun) % 4)
  for (let token = begun; token < whole; token += 4) {
    const isAbove =
      row[token]! > least || row[token + 1]! > least || row[token + 2]! > least || row[token + 3]! > least
    if (!isAbove) continue
    for (let one = token; one < token + 4; one++) consider(one)
  }
  for (let token = whole; token < row.length; token++) consider(token)
  return top
}
