import { LlamaError } from '../error.ts'
import type { GenerateResult, StopReason } from '../interface.ts'
import type { AdapterStack } from '../native/adapters.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { Sequence } from './sequence.ts'
import { TextOutput } from './text-output.ts'

export interface GenerationInput {
  prompt: readonly number[]
  adapters: AdapterStack
  sampler: Sampler
  vocabulary: Vocabulary
  /** Tokens that prompt and output may fill together. */
  contextSize: number
  maxTokens: number | undefined
  stop: readonly string[]
  onText: ((text: string) => void) | undefined
  onPromptProgress: ((done: number, total: number) => void) | undefined
  /** Frees what it holds; called once no native code can be using it. */
  release: () => void
}

/** One request on its way: what it has written, and the promise of its result. */
export class Generation {
  readonly sequence: Sequence
  readonly result: Promise<GenerateResult>
  /** Prompt tokens whose KV was taken over rather than decoded. */
  sharedPromptTokens = 0
  readonly #input: GenerationInput
  readonly #output: TextOutput
  readonly #submittedAt = performance.now()
  #firstTokenAt: number | undefined
  readonly #written: number[] = []
  #settled = false
  readonly #resolve: (result: GenerateResult) => void
  readonly #reject: (error: unknown) => void

  constructor(input: GenerationInput) {
    let resolve: (result: GenerateResult) => void = () => undefined
    let reject: (error: unknown) => void = () => undefined
    this.result = new Promise((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    this.#resolve = resolve
    this.#reject = reject
    this.#input = input
    this.#output = new TextOutput(input.stop, input.onText)
    this.sequence = new Sequence(this, input.adapters, input.prompt)
    input.sampler.acceptPrompt(input.prompt)
  }

  get sampler(): Sampler {
    return this.#input.sampler
  }

  /** Whether it has written anything. */
  get begun(): boolean {
    return this.#firstTokenAt !== undefined
  }

  /** Finished, failed or cancelled: nothing more is decoded for it. */
  get settled(): boolean {
    return this.#settled
  }

  /** Takes a sampled token; settles where it was the last. */
  push(token: number): void {
    if (this.#settled) return
    this.#firstTokenAt ??= performance.now()
    if (this.#input.vocabulary.endsGeneration(token)) return this.#finish('end')
    this.#written.push(token)
    this.sequence.tokens.push(token)
    if (this.#output.push(this.#input.vocabulary.piece(token))) return this.#finish('stop')
    if (this.#written.length === this.#input.maxTokens) return this.#finish('length')
    if (this.sequence.tokens.length >= this.#input.contextSize) return this.#finish('context')
  }

  reportPromptProgress(): void {
    if (this.#settled || this.begun) return
    const total = this.#input.prompt.length
    try {
      this.#input.onPromptProgress?.(Math.min(this.sequence.decoded, total), total)
    } catch (error) {
      this.fail(error)
    }
  }

  #finish(stopReason: StopReason): void {
    if (stopReason !== 'stop') this.#output.end()
    const end = performance.now()
    const first = this.#firstTokenAt ?? end
    this.#settle(() =>
      this.#resolve({
        text: this.#output.text,
        tokens: this.#written,
        promptTokens: this.#input.prompt.length,
        sharedPromptTokens: this.sharedPromptTokens,
        stopReason,
        firstTokenMs: first - this.#submittedAt,
        generateMs: end - first,
      }),
    )
  }

  release(): void {
    this.#input.release()
  }

  cancel(): void {
    this.fail(new LlamaError('cancelled', 'The generation was cancelled'))
  }

  fail(error: unknown): void {
    this.#settle(() => this.#reject(error))
  }

  #settle(report: () => void): void {
    if (this.#settled) return
    this.#settled = true
    report()
  }
}
