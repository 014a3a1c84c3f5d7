import { LlamaError } from '../contract/error.ts'
import type {
  FinishingConstraint,
  GenerationConstraint,
  SamplingSettings,
  TokenProbability,
} from '../contract/interface.ts'
import { showBytes } from '../text/index.ts'
import type { FakeVocabulary } from './fake-vocabulary.ts'

export interface WriteInput {
  prompt: readonly number[]
  seed: number
  sampling: SamplingSettings
  adapters: readonly { path: string; strength: number }[]
  /** Key of the control vectors, where there are any. */
  vectors?: string | undefined
  /** The other prompts of a mix, what each counts at first, and whose they are; empty for a single prompt. */
  mix: readonly unknown[]
}

/**
 * The tokens that the fake answers with, EOS last: two to four sentences of seeded words, some with an emoji,
 * whose bytes are a token each. A pure function of its input; the seed counts unless the temperature is 0.
 * Tokens with a bias of −Infinity are never written: without EOS the text goes on for ever.
 */
export function* writeTokens(vocabulary: FakeVocabulary, input: WriteInput): Generator<number, void> {
  const random = seededRandom(hash(describe(input)))
  const pick = (tokens: readonly number[]): number => tokens[Math.floor(random() * tokens.length)] ?? 0
  const biases = input.sampling.logitBias ?? []
  const forbidden = new Set(biases.filter(({ bias }) => bias === -Infinity).map(({ token }) => token))
  const allow = (tokens: readonly number[]): number[] => tokens.filter((token) => !forbidden.has(token))
  const sentences = 2 + Math.floor(random() * 3)
  for (let sentence = 0; sentence < sentences || forbidden.has(vocabulary.eos); sentence++) {
    const length = 4 + Math.floor(random() * 6)
    const firsts = sentence === 0 ? vocabulary.starters : vocabulary.spacedStarters
    const middles = Array.from({ length }, () => [...vocabulary.words])
    for (const choices of [[...firsts], ...middles]) {
      const allowed = allow(choices)
      if (allowed.length > 0) yield pick(allowed)
    }
    const end = random() < 0.25 ? '. 🧶' : '.'
    const endTokens = vocabulary.tokenize(end, false)
    yield* endTokens.some((token) => forbidden.has(token)) ? [pick(allow([...vocabulary.words]))] : endTokens
  }
  yield vocabulary.eos
}

/**
 * The tokens of one of the texts that a grammar of alternatives allows (`root ::= "yes" | "no"`), EOS last;
 * `undefined` for any other grammar, which the fake does not follow.
 */
export function writeAlternative(
  vocabulary: FakeVocabulary,
  grammar: string,
  input: WriteInput,
): number[] | undefined {
  const literal = String.raw`"(?:[^"\\]|\\["\\n])*"`
  const rule = new RegExp(String.raw`^\s*root\s*::=\s*(${literal}(?:\s*\|\s*${literal})*)\s*$`).exec(
    grammar,
  )?.[1]
  if (rule === undefined) return undefined
  const texts = [...rule.matchAll(new RegExp(literal, 'g'))].map(([text]) => JSON.parse(text) as string)
  const random = seededRandom(hash(describe(input)))
  const text = texts[Math.floor(random() * texts.length)] ?? ''
  return [...vocabulary.tokenize(text, false), vocabulary.eos]
}

/**
 * Seeded tokens that a constraint allows, until it is complete or an end token is drawn; within `room` of them where
 * it is to finish.
 * @param onAgain called where a token was drawn again, so that the text ends in time
 */
export function* writeConstrained(
  vocabulary: FakeVocabulary,
  constraint: GenerationConstraint,
  input: WriteInput,
  finishing?: { constraint: FinishingConstraint; room: number; onAgain: () => void },
): Generator<number, void> {
  const random = seededRandom(hash(describe(input)))
  const mask = new Uint32Array(Math.ceil(vocabulary.size / 32))
  const all = Array.from({ length: vocabulary.size }, (_, token) => token)
  const draw = (count: number): number => {
    if (count === 0)
      throw new LlamaError('constraint-dead-end', 'The constraint allows no token of this vocabulary here.')
    const allowed = all.filter((token) => (mask[token >>> 5]! >>> (token & 31)) & 1)
    return allowed[Math.floor(random() * allowed.length)]!
  }
  for (let written = 0; !constraint.isComplete; written++) {
    let token = draw(constraint.allowed(mask))
    const left = (finishing?.room ?? Infinity) - written
    if (finishing && left > 0 && !finishing.constraint.endsWithin(token, left)) {
      finishing.onAgain()
      token = draw(finishing.constraint.allowed(mask, left))
    }
    if (token !== vocabulary.eos) constraint.accept(token)
    yield token
    if (token === vocabulary.eos) return
  }
}

/** A made-up log-probability, the same for the same context and token. */
export function pretendProbability(
  vocabulary: FakeVocabulary,
  context: readonly number[],
  token: number,
): TokenProbability {
  const text = showBytes(vocabulary.piece(token, true))
  return { token, text, logprob: -0.25 - (hash(JSON.stringify([context, token])) % 4096) / 1024 }
}

function describe({ prompt, seed, sampling, adapters, vectors, mix }: WriteInput): string {
  const { logitBias, sequenceBias = [], ...settings } = sampling
  const biases = logitBias?.map(({ token, bias }) => [token, String(bias)])
  const sequences = sequenceBias.map(({ tokens, bias }) => [tokens, String(bias)])
  const ordered = Object.entries(settings).toSorted(([a], [b]) => a.localeCompare(b))
  const counted = sampling.temperature === 0 ? 0 : seed
  return JSON.stringify([
    prompt,
    counted,
    ordered,
    biases,
    adapters.map(({ path, strength }) => [path, strength]),
    ...(sequences.length === 0 ? [] : [sequences]),
    ...(mix.length === 0 ? [] : [mix]),
    ...(vectors === undefined ? [] : [vectors]),
  ])
}

/** A made-up direction for a token in a block, the same in every process: texts with words in common are close. */
export function pretendState(token: number, layer: number, size: number): Float32Array {
  const random = seededRandom(hash(`${token} ${layer}`))
  return Float32Array.from({ length: size }, () => random() - 0.5)
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}

/** Mulberry32: numbers from 0 up to, not including, 1. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
