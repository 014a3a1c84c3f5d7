import type { DiffusionOrder } from '../contract/diffusing.ts'
import { holdRow, rowBlock, type HeldRow } from '../mixing/kernels/row-kernels.ts'

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
  held: HeldRow
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
  return { held, top: row.indexOf(largest), largest, total }
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
  const { held, largest, top } = chances
  if (least > lowest) held.forbidBelow(least)
  held.sumExponentials(largest, temperature)
  const blocks = sumsOf(held)
  let left = draw * blocks.reduce((sum, block) => sum + block, 0)
  for (const [block, sum] of blocks.entries()) {
    if (left >= sum) {
      left -= sum
      continue
    }
    // The sums of blocks are rounded otherwise than those of tokens: the last one takes what is left over.
    let last: number | undefined
    for (let token = block * rowBlock; token < Math.min((block + 1) * rowBlock, row.length); token++) {
      if (row[token]! < least) continue
      last = token
      left -= Math.exp((row[token]! - largest) / temperature)
      if (left < 0) break
    }
    if (last !== undefined) return last
  }
  return top
}

/** What each block of tokens counts. */
function sumsOf(held: HeldRow): Float64Array {
  const parts = held.sumsOfBlocks()
  const sums = new Float64Array(parts.length / 4)
  for (let block = 0; block < sums.length; block++) {
    const at = 4 * block
    sums[block] = parts[at]! + parts[at + 1]! + parts[at + 2]! + parts[at + 3]!
  }
  return sums
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

/** What is e⁴⁰ times less likely than the likeliest is never drawn: it need not be sorted. */
const within = 40

/** Below every number, above −Infinity: what is forbidden is not drawn. */
const lowest = -Number.MAX_VALUE
