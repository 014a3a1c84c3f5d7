import { callAsync } from '@woolgather/ggml'
import type { Native, SamplerPointer } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import type { NativeContext } from '../native/native-context.ts'
import { buildChain, buildGrammar } from './build-chain.ts'
import type { ChainInput } from './build-chain.ts'
import { Candidates } from './candidates.ts'

/** Above this size a grammar takes long enough over a whole vocabulary to be felt in the event loop. */
const bigVocabulary = 4096

/** Owner of one generation's native samplers and their state: random numbers, penalties, grammar. */
export class Sampler {
  readonly #native: Native
  readonly #input: ChainInput
  readonly #grammar: Grammar | undefined
  #chain: SamplerPointer | undefined
  #few: Candidates | undefined
  /** Tokens that a bias forbids: llama.cpp writes one of them where it forbids all. */
  readonly #forbidden: ReadonlySet<number>

  /** @throws LlamaError invalid-sampling where the grammar does not parse */
  static async create(native: Native, input: ChainInput): Promise<Sampler> {
    const text = input.sampling.grammar
    const grammar = text === undefined ? undefined : await buildGrammar(native, input.vocabulary, text)
    try {
      return new Sampler(native, input, await buildChain(native.api, input), grammar)
    } catch (error) {
      if (grammar) native.api.llama_sampler_free(grammar)
      throw error
    }
  }

  private constructor(
    native: Native,
    input: ChainInput,
    chain: SamplerPointer,
    grammar: SamplerPointer | undefined,
  ) {
    this.#native = native
    this.#input = input
    this.#chain = chain
    this.#forbidden = forbiddenIn(input)
    this.#grammar = grammar && new Grammar(native, grammar, input.vocabulary.size > bigVocabulary)
  }

  /** Lets the penalties see the prompt. The grammar does not: it describes what is written, not what was asked. */
  acceptPrompt(tokens: readonly number[]): void {
    const lookBack = this.#lookBack()
    if (lookBack === 0) return
    for (const token of tokens.slice(-lookBack)) this.#native.api.llama_sampler_accept(this.#pointer, token)
  }

  #lookBack(): number {
    const { sampling, contextSize } = this.#input
    const { repeatPenalty, frequencyPenalty, presencePenalty, penaltyLastN, dryMultiplier, dryPenaltyLastN } =
      sampling
    const penalties =
      repeatPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0 ? penaltyLastN : 0
    const dry = dryMultiplier !== 0 ? dryPenaltyLastN : 0
    return penalties === -1 || dry === -1 ? contextSize : Math.max(penalties, dry)
  }

  /**
   * Samples from the logits of the context's index-th entry. Samplers see whatever stands in that row, so what is
   * to be combined or masked is written there first. Only a grammar makes this a promise.
   * @param written whether anything was: else nothing but biases can have forbidden all
   * @throws LlamaError invalid-sampling where every token is forbidden
   */
  sample(context: NativeContext, index: number, written = true): number | Promise<number> {
    context.checkRow(index)
    if (this.#grammar) return this.#sampleWithGrammar(this.#grammar, context, index)
    const token = this.#native.api.llama_sampler_sample(this.#pointer, context.pointer, index)
    const struckOut = written && context.logits(index)[token] === -Infinity
    if (struckOut || this.#forbidden.has(token)) throw nothingAllowed()
    return token
  }

  /** A grammar looks at whole rows. */
  get hasGrammar(): boolean {
    return this.#grammar !== undefined
  }

  /** Samples from `count` of the tokens of a row, and from nothing else. @throws LlamaError invalid-sampling */
  sampleFrom(row: Float32Array, tokens: Int32Array, count: number): number {
    const token = this.pickFrom(row, tokens, count)
    this.accept(token)
    return token
  }

  /** As `sampleFrom`, of all of a row by default, but penalties do not see it: it may be picked again. */
  pickFrom(row: Float32Array, tokens?: Int32Array, count?: number): number {
    const candidates = (this.#few ??= new Candidates())
    candidates.fill(row, tokens, count)
    this.#native.api.llama_sampler_apply(this.#pointer, candidates.struct)
    const { token, logit } = candidates.selected()
    if (logit === -Infinity) throw nothingAllowed()
    return token
  }

  /** Lets the penalties see what was picked. */
  accept(token: number): void {
    this.#native.api.llama_sampler_accept(this.#pointer, token)
  }

  /** As llama.cpp does: sample first, and put the grammar over the whole vocabulary only where it objects. */
  async #sampleWithGrammar(grammar: Grammar, context: NativeContext, index: number): Promise<number> {
    const { api } = this.#native
    const candidates = Candidates.of(context.logits(index))
    api.llama_sampler_apply(this.#pointer, candidates.struct)
    let picked = candidates.selected()
    if (!grammar.allows(picked.token)) {
      candidates.fill(context.logits(index))
      await grammar.restrict(candidates)
      api.llama_sampler_apply(this.#pointer, candidates.struct)
      picked = candidates.selected()
      if (!grammar.allows(picked.token)) throw nothingAllowed()
    }
    if (picked.logit === -Infinity) throw nothingAllowed()
    api.llama_sampler_accept(this.#pointer, picked.token)
    grammar.accept(picked.token)
    return picked.token
  }

  get #pointer(): SamplerPointer {
    if (!this.#chain) throw new LlamaError('disposed', 'The sampler was freed.')
    return this.#chain
  }

  dispose(): void {
    if (!this.#chain) return
    this.#native.api.llama_sampler_free(this.#chain)
    this.#chain = undefined
    this.#grammar?.dispose()
  }
}

function forbiddenIn({ sampling, vocabulary }: ChainInput): ReadonlySet<number> {
  const biased = sampling.logitBias.filter(({ bias }) => bias === -Infinity).map(({ token }) => token)
  return new Set([...biased, ...vocabulary.suppressed])
}

function nothingAllowed(): LlamaError {
  return new LlamaError(
    'invalid-sampling',
    'No token may be written here: biases, words or a constraint forbid all.',
    {
      hint: 'Remove the bias that forbids what must be written, or loosen the constraint.',
    },
  )
}

/** llama.cpp's grammar sampler. Accepting a token that it forbids would end the process, so nothing else may call it. */
class Grammar {
  readonly #native: Native
  readonly #pointer: SamplerPointer
  readonly #slow: boolean

  constructor(native: Native, pointer: SamplerPointer, slow: boolean) {
    this.#native = native
    this.#pointer = pointer
    this.#slow = slow
  }

  allows(token: number): boolean {
    const one = Candidates.one(token)
    this.#native.api.llama_sampler_apply(this.#pointer, one.struct)
    return one.hasAllowed()
  }

  /** Sets the logits of what it forbids to −∞. @throws LlamaError invalid-sampling where that is everything */
  async restrict(candidates: Candidates): Promise<void> {
    const { api } = this.#native
    if (this.#slow) await callAsync(api.llama_sampler_apply, this.#pointer, candidates.struct)
    else api.llama_sampler_apply(this.#pointer, candidates.struct)
    if (!candidates.hasAllowed()) throw nothingAllowed()
  }

  accept(token: number): void {
    this.#native.api.llama_sampler_accept(this.#pointer, token)
  }

  dispose(): void {
    this.#native.api.llama_sampler_free(this.#pointer)
  }
}
