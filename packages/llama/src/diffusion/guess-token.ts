import type { DiffusionOrder } from '../contract/diffusing.ts'
import { holdRow } from '../mixing/kernels/row-kernels.ts'

export interface GuessSettings {
  order: DiffusionOrder
  temperature: number
  topK: number
  topP: number
  minP: number
}

/** What a place would be filled with. */
export interface Guess {
  token: number
  /** Natural logarithm of its probability at temperature 1. */
  logprob: number
  /** The higher, the sooner it is set. */
  score: number
}

interface Chances {
  top: number
  /** Logit of the likeliest, and the logarithm of the sum of all exponentials. */
  largest: number
  total: number
}

/**
 * The guess for one place.
 * @param row logits; −Infinity is never taken
 * @param draw from 0 up to 1: which token, where temperature is above 0
 * @throws RangeError where every token is forbidden
 */
export function guessToken(row: Float32Array, settings: GuessSettings, draw: number): Guess {
  const chances = chancesOf(row)
  if (chances.largest === -Infinity) throw new RangeError('No token may stand here.')
  const token = settings.temperature === 0 ? chances.top : drawToken(row, chances, settings, draw)
  const logprob = row[token]! - chances.total
  return { token, logprob, score: scoreOf(row, chances, logprob, settings.order) }
}

export function chancesOf(row: Float32Array): Chances {
  const held = holdRow(row)
  const largest = held.largest()
  const total = largest === -Infinity ? largest : largest + Math.log(held.sumExponentials(largest))
  return { top: row.indexOf(largest), largest, total }
}

/** Orders that depend on nothing but the place are scored by whoever knows it. */
function scoreOf(row: Float32Array, chances: Chances, logprob: number, order: DiffusionOrder): number {
  if (order === 'entropy') return -entropyOf(row, chances)
  if (order === 'margin') return Math.log(marginOf(row, chances) + 1e-9)
  return logprob
}

function entropyOf(row: Float32Array, { total }: Chances): number {
  let entropy = 0
  for (const logit of row) {
    const logprob = logit - total
    // What is all but impossible adds nothing, and −Infinity times 0 would not be a number.
    if (logprob > -60) entropy -= Math.exp(logprob) * logprob
  }
  return entropy
}

/** By how much the likeliest is likelier than the next. */
function marginOf(row: Float32Array, { top, largest, total }: Chances): number {
  let second = -Infinity
  for (let token = 0; token < row.length; token++) {
    if (token !== top && row[token]! > second) second = row[token]!
  }
  return Math.exp(largest - total) - Math.exp(second - total)
}

/** Min-p, top-k and top-p at temperature 1, then the draw at the temperature. */
function drawToken(row: Float32Array, chances: Chances, settings: GuessSettings, draw: number): number {
  const least = leastLogit(row, chances, settings)
  const { temperature } = settings
  const { largest, top } = chances
  const edge = Math.max(least, largest - negligible * temperature)
  const sum = least > lowest ? sumAbove(row, edge, chances, temperature) : sumOfAll(row, temperature)
  let left = draw * sum
  for (let token = 0; token < row.length; token++) {
    const logit = row[token]!
    if (logit < edge) continue
    left -= Math.exp((logit - largest) / temperature)
    if (left < 0) return token
  }
  return top
}

function sumAbove(row: Float32Array, edge: number, { largest }: Chances, temperature: number): number {
  let sum = 0
  for (let token = 0; token < row.length; token++) {
    const logit = row[token]!
    if (logit >= edge) sum += Math.exp((logit - largest) / temperature)
  }
  return sum
}

function sumOfAll(row: Float32Array, temperature: number): number {
  const held = holdRow(row.map((logit) => logit / temperature))
  return held.sumExponentials(held.largest())
}

/** What is less likely than this is not drawn. */
function leastLogit(row: Float32Array, { largest, total }: Chances, settings: GuessSettings): number {
  const { topK, topP, minP } = settings
  let least = minP > 0 ? largest + Math.log(minP) : -Infinity
  if (topK <= 0 && topP >= 1) return Math.max(least, lowest)
  const sorted = row
    .filter((logit) => logit >= Math.max(least, largest - within))
    .toSorted()
    .toReversed()
  if (topK > 0 && topK < sorted.length) least = Math.max(least, sorted[topK - 1]!)
  if (topP < 1) {
    let reached = 0
    for (const logit of sorted) {
      reached += Math.exp(logit - total)
      if (reached < topP) continue
      least = Math.max(least, logit)
      break
    }
  }
  return Math.max(least, lowest)
}

/** What is e³⁰ times less likely than the likeliest counts nothing, among a million of its kind. */
const negligible = 30

/** What is e⁴⁰ times less likely than the likeliest is never drawn: it need not be sorted. */
const within = 40

/** Below every number, above −Infinity: what is forbidden is not drawn. */
const lowest = -Number.MAX_VALUE
