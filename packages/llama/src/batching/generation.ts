import { LlamaError } from '../contract/error.ts'
import type {
  FinishingConstraint,
  GenerateRequest,
  GenerateResult,
  GenerationConstraint,
  Reproducibility,
  StopReason,
  TokenLogprob,
} from '../contract/interface.ts'
import { combineLogits } from '../mixing/combine-logits.ts'
import { findPlausible } from '../mixing/plausible-tokens.ts'
import type { WeightedRow } from '../mixing/combine-logits.ts'
import type { Steering } from '../native/steering.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import type { Choice, TokenChooser } from '../sampling/choose-token.ts'
import { describeEnd } from '../sampling/describe-end.ts'
import type { BatchEngine } from './engine.ts'
import { LogitsRow } from '../native/logits-row.ts'
import { Sequence } from './sequence.ts'
import type { Task } from './task.ts'
import { TextOutput } from './text-output.ts'

/** A prompt of the mix, where it is decoded and what it counts at each step, from 1. */
export interface GenerationTerm {
  engine: BatchEngine
  steering: Steering
  prompt: readonly number[]
  coefficient: (step: number) => number
  /** Tokens that prompt and output may fill together. */
  contextSize: number
}

export interface GenerationInput {
  /** At least one; the sampler's penalties have seen the first one's prompt. */
  terms: readonly GenerationTerm[]
  /** Plausibility cut, 0 for none. */
  plausibility: number
  chooser: TokenChooser
  vocabulary: Vocabulary
  constraint: GenerationConstraint | undefined
  /** The constraint, where it is to be met in time. */
  finishing: FinishingConstraint | undefined
  maxTokens: number | undefined
  stop: readonly string[]
  onText: GenerateRequest['onText']
  onToken: GenerateRequest['onToken']
  onPromptProgress: ((done: number, total: number) => void) | undefined
  /** What the result says of itself. */
  reproducible: Reproducibility
  /** Frees what it holds; called once no native code can be using it. */
  release: () => void
}

interface Term extends GenerationTerm {
  sequence: Sequence
  /** At the step under way. */
  weight: number
}

/** One request on its way: what it has written, and the promise of its result. */
export class Generation implements Task {
  readonly result: Promise<GenerateResult>
  readonly mayTwin = true
  readonly #input: GenerationInput
  readonly #terms: readonly Term[]
  readonly #engines: ReadonlySet<BatchEngine>
  readonly #output: TextOutput
  readonly #held: Set<Sequence>
  readonly #submittedAt = performance.now()
  #firstTokenAt: number | undefined
  readonly #written: number[] = []
  /** Whether a token was chosen again, so that the text ends in time. */
  #hurried = false
  readonly #logprobs: TokenLogprob[] = []
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
    this.#terms = input.terms.map((term) => ({ ...term, sequence: new Sequence(this, term), weight: 0 }))
    this.#engines = new Set(this.#terms.map(({ engine }) => engine))
    this.#held = new Set(this.sequences)
    this.#weigh()
  }

  get sequences(): readonly Sequence[] {
    return this.#terms.map(({ sequence }) => sequence)
  }

  /** Finished, failed or cancelled: nothing more is decoded for it. */
  get settled(): boolean {
    return this.#settled
  }

  needs(sequence: Sequence): boolean {
    return this.#terms.some((term) => term.sequence === sequence && term.weight !== 0)
  }

  /** What each term counts at the step to come. @throws LlamaError invalid-mix */
  #weigh(): void {
    const step = this.#written.length + 1
    for (const term of this.#terms) {
      term.weight = term.coefficient(step)
      if (Number.isFinite(term.weight)) continue
      throw new LlamaError(
        'invalid-mix',
        `A coefficient is ${term.weight} at step ${step}; it must be a number.`,
      )
    }
    if (this.#terms.some(({ weight }) => weight !== 0)) return
    throw new LlamaError('invalid-mix', `All coefficients of the mix are 0 at step ${step}.`, {
      hint: 'At least one prompt must count; together the coefficients usually make 1.',
    })
  }

  /** Writes the next token once the logits of every term that counts are there. */
  receive(sequence: Sequence, row: LogitsRow): void | Promise<void> {
    if (this.#settled) return
    if (this.#firstTokenAt === undefined) checkNumbers(row.read())
    sequence.logits = row
    const counting = this.#terms.filter(({ weight }) => weight !== 0)
    if (counting.some((term) => term.sequence.logits === undefined)) return
    return this.#advance(counting, row)
  }

  #advance(counting: readonly Term[], latest: LogitsRow): void | Promise<void> {
    const { chooser, constraint, finishing } = this.#input
    const target = this.#mix(counting, latest)
    const chosen = chooser.choose(target, {
      constraint,
      finishing: finishing && { constraint: finishing, left: this.#left },
      allowed: this.#allowed,
      before: this.#terms[0]?.sequence.tokens ?? [],
    })
    this.#allowed = undefined
    if (!(chosen instanceof Promise)) return this.#take(chosen)
    return chosen.then((one) => this.#take(one))
  }

  /** Tokens that may still be written. */
  get #left(): number {
    const rooms = this.#terms.map(({ sequence, contextSize }) => contextSize - sequence.tokens.length)
    return Math.min((this.#input.maxTokens ?? Infinity) - this.#written.length, ...rooms)
  }

  /** Ids of the tokens that the cut lets through, the first `count` of an array that is used again. */
  #allowed: { tokens: Int32Array; count: number } | undefined

  /** Combines the rows in place and returns the one to sample from; where one term alone counts 1, it is that. */
  #mix(counting: readonly Term[], latest: LogitsRow): LogitsRow {
    if (counting.length === 1 && counting[0]!.weight === 1 && counting[0]!.sequence.logits === latest) {
      latest.restore()
      return latest
    }
    const rows = counting.map(({ sequence, weight }) => ({ logits: sequence.logits!, coefficient: weight }))
    const own = rows.findIndex(({ logits }) => logits === latest)
    const weighted = rows.map(({ logits, coefficient }) => ({ row: readLogits(logits), coefficient }))
    this.#cut(weighted)
    const target = latest.borrow()
    const first = { row: target, coefficient: weighted[own]!.coefficient }
    if (latest.shared) target.set(latest.read())
    combineLogits([first, ...weighted.filter((_, index) => index !== own)])
    return latest
  }

  #cut(rows: readonly WeightedRow[]): void {
    const { plausibility, chooser } = this.#input
    if (plausibility === 0) return
    const tokens = chooser.scratch
    this.#allowed = { tokens, count: findPlausible(rows, plausibility, tokens) }
  }

  /** Takes a chosen token; settles where it was the last. */
  #take({ token, logprob, again }: Choice): void {
    if (this.#settled) return
    if (again === true) this.#hurried = true
    const { vocabulary, constraint, maxTokens } = this.#input
    this.#firstTokenAt ??= performance.now()
    if (vocabulary.endsGeneration(token)) return this.#finish('end')
    if (constraint && !constraint.accept(token)) throw refusedToken(token)
    this.#append(token, logprob)
    this.#input.onToken?.(token)
    if (this.#output.push(vocabulary.piece(token), logprob)) return this.#finish('stop')
    if (constraint?.isComplete) return this.#finish('complete')
    if (this.#written.length === maxTokens) return this.#finish('length')
    const full = this.#terms.some(({ sequence, contextSize }) => sequence.tokens.length >= contextSize)
    if (full) return this.#finish('context')
    this.#weigh()
    for (const engine of this.#engines) engine.wake()
  }

  #append(token: number, logprob: TokenLogprob | undefined): void {
    this.#written.push(token)
    if (logprob) this.#logprobs.push(logprob)
    for (const { sequence } of this.#terms) {
      sequence.tokens.push(token)
      sequence.logits = undefined
    }
  }

  reportPromptProgress(): void {
    if (this.#settled || this.#firstTokenAt !== undefined) return
    const { onPromptProgress } = this.#input
    if (!onPromptProgress) return
    const counting = this.#terms.filter(({ weight }) => weight !== 0).map(({ sequence }) => sequence)
    const total = sum(counting.map(({ promptLength }) => promptLength))
    const done = sum(counting.map(({ decoded, promptLength }) => Math.min(decoded, promptLength)))
    try {
      onPromptProgress(done, total)
    } catch (error) {
      this.fail(error)
    }
  }

  #finish(ended: StopReason): void {
    if (ended !== 'stop') this.#output.end()
    const { chooser, constraint } = this.#input
    const end = performance.now()
    const first = this.#firstTokenAt ?? end
    const sequences = this.sequences
    this.#settle(() =>
      this.#resolve({
        text: this.#output.text,
        tokens: this.#written,
        promptTokens: sum(sequences.map(({ promptLength }) => promptLength)),
        sharedPromptTokens: sum(sequences.map(({ shared }) => shared)),
        ...describeEnd(ended, constraint, this.#hurried),
        reproducible: this.#input.reproducible,
        ...(chooser.recordsLogprobs && { logprobs: this.#logprobs }),
        firstTokenMs: first - this.#submittedAt,
        generateMs: end - first,
      }),
    )
  }

  letGo(sequence: Sequence): void {
    this.#held.delete(sequence)
    if (this.#held.size === 0) this.#input.release()
  }

  cancel(): void {
    this.fail(new LlamaError('cancelled', 'The generation was cancelled.'))
    for (const engine of this.#engines) engine.interrupt()
  }

  fail(error: unknown): void {
    this.#settle(() => this.#reject(error))
    for (const engine of this.#engines) engine.wake()
  }

  #settle(report: () => void): void {
    if (this.#settled) return
    this.#settled = true
    report()
    for (const engine of this.#engines) engine.wake()
  }
}

function readLogits(logits: LogitsRow | Float32Array): Float32Array {
  return logits instanceof LogitsRow ? logits.read() : logits
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Broken weights make every logit NaN, which samplers silently take for a number. */
function checkNumbers(logits: Float32Array): void {
  if (!Number.isNaN(logits[0])) return
  throw new LlamaError('native-error', 'The model computes no numbers (NaN): its weights are damaged.', {
    hint: 'Download the model again, or merge it again.',
  })
}

function refusedToken(token: number): LlamaError {
  return new LlamaError('native-error', `The constraint allowed token ${token} and then refused it.`)
}
