import type { Ending } from '../automaton/endings.ts'
import type { Trie } from '../vocabulary/trie.ts'
import { isSurrogate } from '../grammar/characters.ts'
import type { TokenSteps } from '../tokens/token-steps.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'

/** Tokens that texts are spelled with: all of a vocabulary's but some. */
export interface Spelling {
  readonly vocabulary: Vocabulary
  readonly avoids: (token: number) => boolean
  /** Token of each byte; −1 where it has none that may be used. */
  readonly byteTokens: Int32Array
  /** Whether any text can be spelled, byte by byte. */
  readonly hasEveryByte: boolean
  /** Where the grammar names tokens. */
  readonly named: TokenSteps | undefined
}

export function createSpelling(
  vocabulary: Vocabulary,
  avoids: (token: number) => boolean,
  named: TokenSteps | undefined,
): Spelling {
  const byteTokens = new Int32Array(256).fill(-1)
  vocabulary.tokens.forEach((bytes, token) => {
    const [byte] = bytes
    if (byte === undefined || bytes.length > 1 || vocabulary.endTokens.includes(token)) return
    if (!avoids(token)) byteTokens[byte] = token
  })
  return { vocabulary, avoids, byteTokens, hasEveryByte: byteTokens.every((token) => token >= 0), named }
}

/** How the text from some character on is spelled: the tokens that come first, and where the rest goes on. */
interface Step {
  readonly count: number
  readonly first: readonly number[]
  readonly next: number
}

const encoder = new TextEncoder()

/** The fewest tokens that spell an ending, as far as they begin and end with whole characters; `undefined` for none. */
export function spellEnding({ lead, text }: Ending, spelling: Spelling): number[] | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0)!)
  const steps = spellBackwards(points, spelling)
  const begun = lead.length === 0 ? steps[0] : spellLead(lead, points, steps, spelling)
  const tokens: number[] = []
  for (let step = begun; step !== undefined; step = steps[step.next]) {
    for (const token of step.first) tokens.push(token)
    if (step.next === points.length) return tokens
  }
  return undefined
}

/** For each character the fewest tokens from there on; nothing is taken at the end. */
function spellBackwards(points: readonly number[], spelling: Spelling): (Step | undefined)[] {
  const steps: (Step | undefined)[] = Array.from({ length: points.length + 1 })
  steps[points.length] = { count: 0, first: [], next: points.length }
  for (let at = points.length - 1; at >= 0; at--) {
    if (isSurrogate(points[at]!)) {
      steps[at] = byName(points[at]!, at + 1, steps, spelling)
      continue
    }
    let best = byBytes([...encoder.encode(String.fromCodePoint(points[at]!))], at + 1, steps, spelling)
    eachToken(spelling.vocabulary.trie, points, at, spelling, (token, next) => {
      const rest = steps[next]
      // The longer of two tokens wins where both lead to as few: later ones are longer.
      if (rest !== undefined && rest.count + 1 <= (best?.count ?? Infinity))
        best = { count: rest.count + 1, first: [token], next }
    })
    steps[at] = best
  }
  return steps
}

/** A character that was begun is finished byte by byte, or by a token that begins with the rest of it. */
function spellLead(
  lead: readonly number[],
  points: readonly number[],
  steps: readonly (Step | undefined)[],
  spelling: Spelling,
): Step | undefined {
  let best = byBytes(lead, 0, steps, spelling)
  for (const { bytes, trie } of spelling.vocabulary.continuing) {
    if (bytes.length !== lead.length || !bytes.every((byte, index) => byte === lead[index])) continue
    const consider = (token: number, next: number) => {
      const rest = steps[next]
      if (rest !== undefined && rest.count + 1 <= (best?.count ?? Infinity))
        best = { count: rest.count + 1, first: [token], next }
    }
    const whole = tokenAt(trie, 0, spelling)
    if (whole !== undefined) consider(whole, 0)
    eachToken(trie, points, 0, spelling, consider)
  }
  return best
}

function byName(
  point: number,
  next: number,
  steps: readonly (Step | undefined)[],
  { named, avoids }: Spelling,
): Step | undefined {
  const rest = steps[next]
  const token = named?.tokenOf(point, avoids)
  return rest === undefined || token === undefined
    ? undefined
    : { count: rest.count + 1, first: [token], next }
}

function byBytes(
  bytes: readonly number[],
  next: number,
  steps: readonly (Step | undefined)[],
  { byteTokens }: Spelling,
): Step | undefined {
  const rest = steps[next]
  const first = bytes.map((byte) => byteTokens[byte]!)
  if (rest === undefined || first.some((token) => token < 0)) return undefined
  return { count: rest.count + first.length, first, next }
}

/** Calls back with the tokens that spell the characters from one on, shorter ones first, and where each ends. */
function eachToken(
  trie: Trie,
  points: readonly number[],
  at: number,
  spelling: Spelling,
  found: (token: number, next: number) => void,
): void {
  let node = 0
  for (let index = at; index < points.length; index++) {
    node = childOf(trie, node, points[index]!)
    if (node < 0) return
    const token = tokenAt(trie, node, spelling)
    if (token !== undefined) found(token, index + 1)
  }
}

function tokenAt({ firstToken, tokens }: Trie, node: number, { avoids }: Spelling): number | undefined {
  for (let index = firstToken[node]!; index < firstToken[node + 1]!; index++)
    if (!avoids(tokens[index]!)) return tokens[index]!
  return undefined
}

/** −1 for none. */
function childOf({ label, end, wide }: Trie, node: number, point: number): number {
  const many = wide.get(node)
  if (many === undefined) {
    for (let child = node + 1; child < end[node]!; child = end[child]!)
      if (label[child] === point) return child
    return -1
  }
  let low = 0
  let high = many.labels.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (many.labels[middle]! < point) low = middle + 1
    else high = middle
  }
  return many.labels[low] === point ? many.nodes[low]! : -1
}
