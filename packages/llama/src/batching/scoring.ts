import { LlamaError } from '../contract/error.ts'
import type { TextScore, TokenProbability } from '../contract/interface.ts'
import { logSumExp } from '../mixing/log-probabilities.ts'
import type { Steering } from '../native/steering.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import type { BatchEngine } from './engine.ts'
import type { LogitsRow } from '../native/logits-row.ts'
import { Sequence } from './sequence.ts'
import type { Task } from './task.ts'

export interface ScoringInput {
  engine: BatchEngine
  steering: Steering
  vocabulary: Vocabulary
  prompt: readonly number[]
  continuation: readonly number[]
  release: () => void
}

/** How likely a text is after a prompt: one sequence with logits for each of its tokens. */
export class Scoring implements Task {
  readonly result: Promise<TextScore>
  readonly mayTwin = false
  readonly #input: ScoringInput
  readonly #sequence: Sequence
  readonly #tokens: TokenProbability[] = []
  #settled = false
  #resolve: (score: TextScore) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(input: ScoringInput) {
    this.#input = input
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // The last token is only predicted, so it need not be decoded.
    const prompt = [...input.prompt, ...input.continuation.slice(0, -1)]
    this.#sequence = new Sequence(this, { ...input, prompt, logitsFrom: input.prompt.length - 1 })
  }

  get sequences(): readonly Sequence[] {
    return [this.#sequence]
  }

  get settled(): boolean {
    return this.#settled
  }

  needs(): boolean {
    return true
  }

  receive(_sequence: Sequence, row: LogitsRow, position: number): void {
    const { prompt, continuation, vocabulary } = this.#input
    const index = position - (prompt.length - 1)
    // After making room for others a text is decoded again from its beginning.
    if (index !== this.#tokens.length) return
    const logits = row.read()
    const token = continuation[index]!
    const logprob = logits[token]! - logSumExp(logits)
    if (Number.isNaN(logprob)) throw new LlamaError('native-error', 'The model computes no numbers (NaN).')
    this.#tokens.push({ token, text: vocabulary.show(token), logprob })
    if (this.#tokens.length === continuation.length) this.#finish()
  }

  #finish(): void {
    const tokens = this.#tokens
    const logLikelihood = tokens.reduce((sum, { logprob }) => sum + logprob, 0)
    const perplexity = Math.exp(-logLikelihood / tokens.length)
    this.#settle(() => this.#resolve({ tokens, logLikelihood, perplexity }))
  }

  reportPromptProgress(): void {}

  letGo(): void {
    this.#input.release()
  }

  cancel(): void {
    this.fail(new LlamaError('cancelled', 'The scoring was cancelled.'))
    this.#input.engine.interrupt()
  }

  fail(error: unknown): void {
    this.#settle(() => this.#reject(error))
  }

  #settle(report: () => void): void {
    if (this.#settled) return
    this.#settled = true
    report()
    this.#input.engine.wake()
  }
}
