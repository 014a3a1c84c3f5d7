import { LlamaError } from '../contract/error.ts'
import { samplerNames } from '../contract/interface.ts'
import type { SamplingSettings } from '../contract/interface.ts'
import {
  samplingNumbers,
  type SamplingNumber,
  type SamplingNumberName,
} from '../contract/sampling-numbers.ts'
import { defaultSampling } from './defaults.ts'
import type { ResolvedSampling } from './defaults.ts'

type Range = Omit<SamplingNumber, 'default' | 'usual'>

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
  for (const [name, range] of Object.entries(samplingNumbers)) {
    checkRange(name, resolved[name as SamplingNumberName], range)
  }
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
  return max >= 2 ** 31 - 1 && max !== maxSeed ? `${kind} ${from} up` : `${kind} ${from} to ${max}`
}

function refuse(name: string, value: unknown, expected: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new LlamaError('invalid-sampling', `${name} is ${shown}; it must be ${expected}.`)
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
