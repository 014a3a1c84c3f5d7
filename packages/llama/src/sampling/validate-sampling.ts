import { LlamaError } from '../contract/error.ts'
import { samplerNames } from '../contract/interface.ts'
import type { SamplingSettings } from '../contract/interface.ts'
import { defaultSampling } from './defaults.ts'
import type { ResolvedSampling } from './defaults.ts'

interface Range {
  min: number
  max: number
  integer?: boolean
  /** Excludes the minimum itself. */
  above?: boolean
}

type NumericSetting = {
  [Key in keyof ResolvedSampling]: ResolvedSampling[Key] extends number ? Key : never
}[keyof ResolvedSampling]

const int32 = 2 ** 31 - 1
/** Largest 32-bit float, which is what native code holds these in. */
const float = 3.4e38

const ranges: Record<Exclude<NumericSetting, undefined>, Range> = {
  temperature: { min: 0, max: float },
  dynatempRange: { min: 0, max: float },
  dynatempExponent: { min: 0, max: float },
  topK: { min: 0, max: int32, integer: true },
  topP: { min: 0, max: 1 },
  minP: { min: 0, max: 1 },
  typicalP: { min: 0, max: 1, above: true },
  topNSigma: { min: -1, max: float },
  xtcProbability: { min: 0, max: 1 },
  xtcThreshold: { min: 0, max: 1 },
  penaltyLastN: { min: -1, max: int32, integer: true },
  repeatPenalty: { min: 1e-6, max: 1e6 },
  frequencyPenalty: { min: -1e6, max: 1e6 },
  presencePenalty: { min: -1e6, max: 1e6 },
  dryMultiplier: { min: 0, max: 1e6 },
  dryBase: { min: 0, max: 1e6 },
  dryAllowedLength: { min: 0, max: int32, integer: true },
  dryPenaltyLastN: { min: -1, max: int32, integer: true },
  mirostat: { min: 0, max: 2, integer: true },
  mirostatTau: { min: 0, max: float },
  mirostatEta: { min: 0, max: 1 },
  adaptiveTarget: { min: -1, max: 1 },
  adaptiveDecay: { min: 0, max: 0.99 },
}

/** The native parser takes time quadratic in alternatives (a megabyte: a minute), and stack for nesting. */
const maxGrammarLength = 1 << 18
const maxGrammarDepth = 256
const maxListLength = 1 << 20
const maxSeed = 2 ** 32 - 1

/**
 * Settings with llama.cpp's defaults filled in. Every value is checked here, because native code asserts, or
 * quietly computes with NaN. @throws LlamaError invalid-sampling, naming the setting and its range
 */
export function validateSampling(settings: SamplingSettings, vocabSize: number): ResolvedSampling {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const resolved: ResolvedSampling = {
    ...defaultSampling,
    ...(Object.fromEntries(given) as SamplingSettings),
  } as ResolvedSampling
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[])
    checkRange(name, resolved[name], ranges[name])
  checkSamplers(resolved)
  checkBreakers(resolved.drySequenceBreakers)
  checkLogitBias(resolved.logitBias, vocabSize)
  checkSequenceBias(resolved.sequenceBias, vocabSize)
  checkGrammar(resolved.grammar)
  return resolved
}

/** @throws LlamaError invalid-sampling */
export function validateSeed(seed: number): void {
  checkRange('seed', seed, { min: 0, max: maxSeed, integer: true })
}

function checkRange(name: string, value: unknown, range: Range): void {
  const valid =
    typeof value === 'number' &&
    value >= range.min &&
    value <= range.max &&
    !(range.above && value === range.min) &&
    !(range.integer && !Number.isInteger(value))
  if (!valid) refuse(name, value, describeRange(range))
}

function describeRange({ min, max, integer, above }: Range): string {
  const kind = integer ? 'a whole number' : 'a number'
  const from = above ? `above ${min}` : `from ${min}`
  return max >= int32 && max !== maxSeed ? `${kind} ${from} up` : `${kind} ${from} to ${max}`
}

function refuse(name: string, value: unknown, expected: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new LlamaError('invalid-sampling', `${name} is ${shown}; it must be ${expected}`)
}

function checkSamplers({ samplers }: ResolvedSampling): void {
  if (!Array.isArray(samplers)) refuse('samplers', samplers, 'a list of sampler names')
  for (const name of samplers) {
    if (!samplerNames.includes(name)) refuse('samplers', name, `one of ${samplerNames.join(', ')}`)
  }
  if (new Set(samplers).size < samplers.length)
    refuse('samplers', samplers, 'a list that names each sampler once')
}

function checkBreakers(breakers: readonly string[]): void {
  const valid =
    Array.isArray(breakers) && breakers.every((breaker) => typeof breaker === 'string' && breaker !== '')
  if (!valid) refuse('drySequenceBreakers', breakers, 'a list of texts that are not empty')
}

function checkLogitBias(biases: ResolvedSampling['logitBias'], vocabSize: number): void {
  if (!Array.isArray(biases) || biases.length > maxListLength) {
    refuse('logitBias', biases, `a list of at most ${maxListLength} entries`)
  }
  biases.forEach(({ token, bias }, index) => {
    checkRange(`logitBias[${index}].token`, token, { min: 0, max: vocabSize - 1, integer: true })
    if (bias !== -Infinity) checkRange(`logitBias[${index}].bias`, bias, { min: -1e6, max: 1e6 })
  })
}

function checkSequenceBias(biases: ResolvedSampling['sequenceBias'], vocabSize: number): void {
  if (!Array.isArray(biases) || biases.length > maxListLength) {
    refuse('sequenceBias', biases, `a list of at most ${maxListLength} entries`)
  }
  biases.forEach(({ tokens, bias }, index) => {
    const name = `sequenceBias[${index}]`
    if (!Array.isArray(tokens) || tokens.length === 0) refuse(`${name}.tokens`, tokens, 'a list of tokens')
    for (const token of tokens)
      checkRange(`${name}.tokens`, token, { min: 0, max: vocabSize - 1, integer: true })
    if (bias !== -Infinity) checkRange(`${name}.bias`, bias, { min: -1e6, max: 1e6 })
  })
}

function checkGrammar(grammar: string | undefined): void {
  if (grammar === undefined) return
  if (typeof grammar !== 'string' || grammar.trim() === '') refuse('grammar', grammar, 'GBNF text')
  if (grammar.includes('\0')) refuse('grammar', grammar, 'GBNF text without NUL characters')
  if (grammar.length > maxGrammarLength) {
    refuse('grammar', `${grammar.length} characters long`, `at most ${maxGrammarLength} characters`)
  }
  const depth = nesting(grammar)
  if (depth > maxGrammarDepth)
    refuse('grammar', `nested ${depth} deep`, `nested at most ${maxGrammarDepth} deep`)
}

/** Counts brackets inside literals too: a harmless overestimate. */
function nesting(grammar: string): number {
  let depth = 0
  let deepest = 0
  for (const character of grammar) {
    if (character === '(') deepest = Math.max(deepest, ++depth)
    else if (character === ')') depth--
  }
  return deepest
}
