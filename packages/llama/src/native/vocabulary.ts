import { callAsync, readInts } from '@woolgather/ggml'
import type { CApi, ModelPointer, Native, VocabPointer } from '@woolgather/ggml'
import { createHash } from 'node:crypto'
import { TimeSlice } from '../pace/time-slice.ts'
import { LlamaError } from '../contract/error.ts'
import { showBytes, splitVerbatim, TokenNames, type SpecialNames, type TextRange } from '../text/index.ts'

/** Characters from which on tokenizing takes long enough to be felt. */
const longText = 1 << 14

/** Not words, numbers or white space alone. */
const looksLikeMarkup = /[^\p{L}\p{N}\s]/u

/** llama.cpp's `llama_token_attr`, one bit each. */
const attributes = { unknown: 1, control: 8, userDefined: 16 } as const

interface TokenizeOptions {
  /** Names of control tokens are read as those. */
  special: boolean
  /** BOS, where the model's texts begin with one. */
  addBos: boolean
  /** EOS too, where the model's texts end with one. Default false. */
  addEos?: boolean | undefined
}

/** A model's tokens. It reads the model's memory: whoever calls makes sure that the model is alive. */
export class Vocabulary {
  readonly pointer: VocabPointer
  readonly size: number
  /** −1 where the model has none. */
  readonly bos: number
  readonly eos: number
  /** What stands for a hole, of models that fill holes. */
  readonly mask: number
  readonly addsBos: boolean
  /** What llama.cpp ends every text with that it begins with BOS (`tokenizer.ggml.add_eos_token`). */
  readonly #addsEos: boolean
  /** Tokens that the model's file says never to produce. */
  readonly suppressed: readonly number[]
  readonly #api: CApi
  readonly #pieces = new Map<number, Uint8Array>()
  readonly #ends = new Map<number, boolean>()
  #all: Promise<readonly Uint8Array[]> | undefined
  #endTokens: readonly number[] | undefined
  #fingerprint: Promise<string> | undefined
  #specialNames: Promise<SpecialNames> | undefined
  #scratch = new Uint8Array(new ArrayBuffer(256))

  constructor(native: Native, model: ModelPointer) {
    const { api } = native
    this.#api = api
    this.pointer = api.llama_model_get_vocab(model)
    this.size = api.llama_vocab_n_tokens(this.pointer)
    this.bos = api.llama_vocab_bos(this.pointer)
    this.eos = api.llama_vocab_eos(this.pointer)
    this.mask = api.llama_vocab_mask(this.pointer)
    this.addsBos = api.llama_vocab_get_add_bos(this.pointer)
    this.#addsEos = api.llama_vocab_get_add_eos(this.pointer)
    this.suppressed = readSuppressed(api, this.pointer)
  }

  tokenize(text: string, options: TokenizeOptions): number[] {
    const bytes = Buffer.from(text)
    let tokens = new Int32Array(new ArrayBuffer(4 * (bytes.byteLength + 8)))
    let count = this.#tokenizeInto(tokens, bytes, options)
    if (count < 0 && count > -(2 ** 31)) {
      tokens = new Int32Array(new ArrayBuffer(4 * -count))
      count = this.#tokenizeInto(tokens, bytes, options)
    }
    if (count < 0)
      throw new LlamaError('native-error', `llama.cpp cannot tokenize ${bytes.byteLength} bytes of text.`)
    return this.#ended(Array.from(tokens.subarray(0, count)), options)
  }

  /** `tokenize` without holding the event loop, however long the text is. */
  async tokenizeLong(text: string, options: TokenizeOptions): Promise<number[]> {
    if (text.length < longText) return this.tokenize(text, options)
    const bytes = Buffer.from(text)
    const tokens = new Int32Array(new ArrayBuffer(4 * (bytes.byteLength + 8)))
    const { addBos, special } = options
    const args = [this.pointer, bytes, bytes.byteLength, tokens, tokens.length, addBos, special] as const
    const count = await callAsync(this.#api.llama_tokenize, ...args)
    if (count < 0) return this.tokenize(text, options)
    return this.#ended(Array.from(tokens.subarray(0, count)), options)
  }

  /** What is to be gone on with does not end with the EOS that such a model's texts end with. */
  #ended(tokens: number[], { addBos, addEos = false }: TokenizeOptions): number[] {
    return addBos && !addEos && this.#addsEos && tokens.at(-1) === this.eos ? tokens.slice(0, -1) : tokens
  }

  /** `tokenizeLong` with control tokens, except those that are named inside `verbatim`. */
  async tokenizeVerbatim(
    text: string,
    verbatim: readonly TextRange[],
    { addBos }: { addBos: boolean },
  ): Promise<number[]> {
    const pieces = splitVerbatim(text, verbatim, await this.specialNames())
    const tokens: number[][] = []
    for (const [index, piece] of pieces.entries()) {
      const options = { special: piece.special, addBos: addBos && index === 0 }
      tokens.push(await this.tokenizeLong(piece.text, options))
    }
    return tokens.flat()
  }

  #tokenizeInto(tokens: Int32Array, text: Uint8Array, options: TokenizeOptions): number {
    const source = text.byteLength > 0 ? text : new Uint8Array(1)
    return this.#api.llama_tokenize(
      this.pointer,
      source,
      text.byteLength,
      tokens,
      tokens.length,
      options.addBos,
      options.special,
    )
  }

  detokenize(tokens: readonly number[], special: boolean): string {
    this.check(tokens)
    if (tokens.length === 0) return ''
    const source = Int32Array.from(tokens)
    let buffer = Buffer.alloc(16 * tokens.length + 64)
    let length = this.#detokenizeInto(buffer, source, special)
    if (length < 0) {
      buffer = Buffer.alloc(-length)
      length = this.#detokenizeInto(buffer, source, special)
    }
    if (length < 0)
      throw new LlamaError('native-error', `llama.cpp cannot detokenize ${tokens.length} tokens.`)
    return buffer.toString('utf8', 0, length)
  }

  #detokenizeInto(buffer: Uint8Array, tokens: Int32Array, special: boolean): number {
    const { pointer } = this
    return this.#api.llama_detokenize(
      pointer,
      tokens,
      tokens.length,
      buffer,
      buffer.byteLength,
      false,
      special,
    )
  }

  /** Bytes that a token adds to a text; a character may need several tokens. Control tokens add none. */
  piece(token: number): Uint8Array {
    const known = this.#pieces.get(token)
    if (known) return known
    const piece = this.#readPiece(token)
    this.#pieces.set(token, piece)
    return piece
  }

  #readPiece(token: number): Uint8Array {
    const { length: capacity } = this.#scratch
    const length = this.#api.llama_token_to_piece(this.pointer, token, this.#scratch, capacity, 0, false)
    if (length >= 0) return this.#scratch.slice(0, length)
    this.#scratch = new Uint8Array(new ArrayBuffer(-length))
    return this.#readPiece(token)
  }

  /** The bytes of every token, by id, read without holding the event loop. Which tokens end a text is known then, too. */
  pieces(): Promise<readonly Uint8Array[]> {
    return (this.#all ??= this.#readPieces())
  }

  async #readPieces(): Promise<readonly Uint8Array[]> {
    const slice = new TimeSlice()
    const pieces: Uint8Array[] = []
    for (let token = 0; token < this.size; token++) {
      pieces.push(this.piece(token))
      this.endsGeneration(token)
      if (token % 256 === 0) await slice.pause()
    }
    return pieces
  }

  /** Names that llama.cpp looks for in a text; read once, without holding the event loop. */
  specialNames(): Promise<SpecialNames> {
    return (this.#specialNames ??= this.#readSpecialNames())
  }

  async #readSpecialNames(): Promise<SpecialNames> {
    const slice = new TimeSlice()
    const control: string[] = []
    const userDefined: string[] = []
    for (let token = 0; token < this.size; token++) {
      const attribute = this.#api.llama_vocab_get_attr(this.pointer, token)
      if (attribute & (attributes.control | attributes.unknown)) control.push(this.name(token))
      else if (attribute & attributes.userDefined) userDefined.push(this.name(token))
      if (token % 256 === 0) await slice.pause()
    }
    return {
      control: new TokenNames(control),
      markup: new TokenNames(userDefined.filter((name) => looksLikeMarkup.test(name))),
      all: new TokenNames([...control, ...userDefined]),
    }
  }

  /** A token as people read it: part of a character as `<0xF0>`, control tokens by name. */
  show(token: number): string {
    const bytes = this.piece(token)
    return bytes.length > 0 ? showBytes(bytes) : this.name(token)
  }

  get endTokens(): readonly number[] {
    return (this.#endTokens ??= Array.from({ length: this.size }, (_, token) => token).filter((token) =>
      this.endsGeneration(token),
    ))
  }

  /** Equal for equal vocabularies: a hash of every token's name. Takes time; read once. */
  fingerprint(): Promise<string> {
    return (this.#fingerprint ??= this.#hashNames())
  }

  async #hashNames(): Promise<string> {
    const hash = createHash('sha256')
    const slice = new TimeSlice()
    for (let token = 0; token < this.size; token++) {
      hash.update(this.name(token)).update('\0')
      if (token % 256 === 0) await slice.pause()
    }
    return hash.digest('hex')
  }

  /** A token's name in the vocabulary, such as `<|im_end|>`; empty for −1. */
  name(token: number): string {
    return token < 0 ? '' : this.#api.llama_vocab_get_text(this.pointer, token)
  }

  /** Whether the token ends a generation: end of sequence, of turn, and the like. */
  endsGeneration(token: number): boolean {
    const known = this.#ends.get(token)
    if (known !== undefined) return known
    const ends = this.#api.llama_vocab_is_eog(this.pointer, token)
    this.#ends.set(token, ends)
    return ends
  }

  /** @throws LlamaError invalid-token */
  check(tokens: readonly number[]): void {
    const index = tokens.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= this.size)
    if (index === -1) return
    throw new LlamaError(
      'invalid-token',
      `Token ${tokens[index]} at position ${index} is not in the vocabulary.`,
      {
        hint: `This model has tokens 0 to ${this.size - 1}.`,
      },
    )
  }
}

function readSuppressed(api: CApi, vocab: VocabPointer): number[] {
  const count = new Int32Array(new ArrayBuffer(4))
  const pointer = api.llama_vocab_get_suppress_tokens(vocab, count)
  return pointer === null ? [] : readInts(pointer, count[0]!)
}
