import { addressOf, callAsync, readInts } from '@woolgather/ggml'
import type { Native, Pointer, SamplerPointer } from '@woolgather/ggml'
import { LlamaError } from '../error.ts'
import type { NativeContext } from '../native/native-context.ts'
import { buildChain, buildGrammar } from './build-chain.ts'
import type { ChainInput } from './build-chain.ts'

/** Above this size a grammar takes long enough over a whole vocabulary to be felt in the event loop. */
const bigVocabulary = 4096

/** Owner of one generation's native samplers and their state: random numbers, penalties, grammar. */
export class Sampler {
  readonly #native: Native
  readonly #input: ChainInput
  readonly #grammar: Grammar | undefined
  #chain: SamplerPointer | undefined

  /** @throws LlamaError invalid-sampling where the grammar does not parse */
  static async create(native: Native, input: ChainInput): Promise<Sampler> {
    const text = input.sampling.grammar
    const grammar = text === undefined ? undefined : await buildGrammar(native, input.vocabulary, text)
    return new Sampler(native, input, await buildChain(native.api, input), grammar)
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
   */
  sample(context: NativeContext, index: number): number | Promise<number> {
    context.checkRow(index)
    if (this.#grammar) return this.#sampleWithGrammar(this.#grammar, context, index)
    return this.#native.api.llama_sampler_sample(this.#pointer, context.pointer, index)
  }

  /** As llama.cpp does: sample first, and put the grammar over the whole vocabulary only where it objects. */
  async #sampleWithGrammar(grammar: Grammar, context: NativeContext, index: number): Promise<number> {
    const { api } = this.#native
    const candidates = new Candidates(context.logits(index))
    api.llama_sampler_apply(this.#pointer, candidates.struct)
    let picked = candidates.selected()
    if (!grammar.allows(picked.token)) {
      candidates.fill(context.logits(index))
      await grammar.restrict(candidates)
      api.llama_sampler_apply(this.#pointer, candidates.struct)
      picked = candidates.selected()
      if (picked.logit === -Infinity || !grammar.allows(picked.token)) throw nothingAllowed()
    }
    api.llama_sampler_accept(this.#pointer, picked.token)
    grammar.accept(picked.token)
    return picked.token
  }

  get #pointer(): SamplerPointer {
    if (!this.#chain) throw new LlamaError('disposed', 'The sampler was freed')
    return this.#chain
  }

  dispose(): void {
    if (!this.#chain) return
    this.#native.api.llama_sampler_free(this.#chain)
    this.#chain = undefined
    this.#grammar?.dispose()
  }
}

function nothingAllowed(): LlamaError {
  return new LlamaError(
    'invalid-sampling',
    'The grammar allows no token here that the other settings allow',
    {
      hint: 'Loosen the grammar, or remove the logit bias that forbids what it needs.',
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
    const one = Candidates.of(token)
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

/** A `llama_token_data_array` with its data: id, logit and probability of each candidate. */
class Candidates {
  readonly struct = new Uint8Array(new ArrayBuffer(128))
  readonly #ids: Int32Array
  readonly #floats: Float32Array

  static of(token: number): Candidates {
    const one = new Candidates(Float32Array.of(1))
    one.#ids[0] = token
    return one
  }

  constructor(logits: Float32Array) {
    const data = new ArrayBuffer(Math.max(128, 12 * logits.length))
    this.#ids = new Int32Array(data, 0, 3 * logits.length)
    this.#floats = new Float32Array(data, 0, 3 * logits.length)
    this.fill(logits)
  }

  fill(logits: Float32Array): void {
    for (let token = 0, at = 0; token < logits.length; token++, at += 3) {
      this.#ids[at] = token
      this.#floats[at + 1] = logits[token]!
      this.#floats[at + 2] = 0
    }
    const struct = new DataView(this.struct.buffer)
    struct.setBigUint64(0, addressOf(this.#ids), true)
    struct.setBigUint64(8, BigInt(logits.length), true)
    struct.setBigInt64(16, -1n, true)
    struct.setUint8(24, 0)
  }

  /** What a sampler picked. The data may have moved: samplers are free to point the struct elsewhere. */
  selected(): { token: number; logit: number } {
    const struct = new DataView(this.struct.buffer)
    const index = struct.getBigInt64(16, true)
    if (index < 0n) throw new LlamaError('native-error', 'The sampler chain picked no token')
    const [token, logit] = readInts((struct.getBigUint64(0, true) + 12n * index) as Pointer, 2)
    return { token: token!, logit: new Float32Array(Int32Array.of(logit!).buffer)[0]! }
  }

  hasAllowed(): boolean {
    for (let at = 1; at < this.#floats.length; at += 3) if (this.#floats[at] !== -Infinity) return true
    return false
  }
}
