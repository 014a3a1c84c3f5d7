import type { AdapterPointer } from '@woolgather/ggml'
import { setImmediate } from 'node:timers/promises'
import { LlamaError } from '../contract/error.ts'
import type { BatchEntry } from '../native/batch-buffers.ts'
import type { DecodeOutcome, NativeContext } from '../native/native-context.ts'
import type { Steering } from '../native/steering.ts'
import { commonPrefix } from './kv-ledger.ts'
import { KvCache } from './kv-cache.ts'
import { listEntries, listRows } from './decode-rows.ts'
import type { Shares } from './decode-rows.ts'
import { HandOut } from './hand-out.ts'
import { planStep, planStrictStep } from './plan-step.ts'
import type { Pending } from './plan-step.ts'
import { PrefixSharing } from './prefix-sharing.ts'
import type { Sequence } from './sequence.ts'
import type { Task } from './task.ts'
import { DecodePace } from '../pace/time-slice.ts'

export interface EngineOptions {
  /** Tokens of KV cache that may be filled. */
  contextSize: number
  /** Sequences that run at once; more wait. A task with more than that runs alone. */
  maxSequences: number
  /** False for recurrent models, whose state cannot be shared in part. */
  partialPrefixes: boolean
  /** Each text is decoded by the same steps whatever else runs: see `planStrictStep`. */
  strict: boolean
  /** Strict, and its weights round differently in a batch: one token at a time. So are all under LoRA adapters. */
  alone: boolean
}

export interface EngineStats {
  decodeCalls: number
  decodedTokens: number
}

/** Prompt tokens per decode call while others are writing. */
const promptBatch = 256
/** Decode calls that one way of steering gets in a row while others wait. */
const steeringTurn = 8
/** Cells that a running generation should have left to grow into before another is let in. */
const growth = 16
/** So many at once are a sweep, which seldom goes on from what was written before. */
const crowd = 8
/** A conversation does, or two that take turns: so many answers are kept where it is no sweep. */
const keptAnswers = 2
/** Bytes of logits that scoring may ask of one decode call. */
const mostLogitsBytes = 64 << 20
/**
 * Runs many tasks in one context. Each step is one decode call:
 *
 *     settle → admit → follow → plan → make room → decode → hand out logits
 *
 * and every sequence that is steered alike takes part in it. The sequences of a task are admitted together, in the
 * order of submission, so that tasks across several engines never wait for each other in a circle.
 */
export class BatchEngine {
  readonly stats: EngineStats = { decodeCalls: 0, decodedTokens: 0 }
  readonly #context: NativeContext
  readonly #options: EngineOptions
  readonly #cache: KvCache
  readonly #sharing: PrefixSharing
  #waiting: Sequence[] = []
  /** In the order they were admitted. */
  #running: Sequence[] = []
  /** What the decode call under way works on. */
  #decoding: readonly Sequence[] = []
  #steering: Steering | undefined
  #turn = 0
  /** The last step decoded part of a prompt. */
  #readPrompt = false
  /** The last plan, where it can be repeated as it is. */
  #steady: Shares = new Map()
  readonly #pace = new DecodePace()
  readonly #handOut: HandOut
  #loop: Promise<void> | undefined
  #wake: (() => void) | undefined

  constructor(context: NativeContext, options: EngineOptions) {
    this.#context = context
    this.#options = options
    this.#cache = new KvCache(context, { capacity: options.contextSize, partial: options.partialPrefixes })
    this.#sharing = new PrefixSharing(this.#cache, options)
    this.#handOut = new HandOut(context, this.#sharing)
  }

  get strict(): boolean {
    return this.#options.strict
  }

  /** Most sequences that one task may have here. */
  get mostSequences(): number {
    return this.#context.sequences
  }

  /** Takes on a task with those of its sequences that are this engine's. */
  submit(task: Task): void {
    this.#waiting.push(...task.sequences.filter(({ engine }) => engine === this))
    this.wake()
    this.#loop ??= this.#run()
  }

  /** Lets go of what was cancelled after the decode call under way, which ends early if nobody else needs it. */
  interrupt(): void {
    const { length } = this.#decoding
    if (length > 0 && this.#decoding.every(({ task }) => task.settled)) this.#context.abort()
    this.wake()
  }

  /** Something may have become due. */
  wake(): void {
    this.#wake?.()
  }

  /** Adapters set on the context. */
  get activeAdapters(): ReadonlySet<AdapterPointer> {
    return new Set(this.#steering?.adapters.map(({ pointer }) => pointer))
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#loop) await this.#loop
  }

  async #run(): Promise<void> {
    await setImmediate()
    this.#cache.dropAnswers(this.#waiting, this.#waiting.length >= crowd ? 0 : keptAnswers)
    while (this.#waiting.length + this.#running.length > 0) {
      try {
        // Awaiting what is not a promise would take a twentieth of a small model's step.
        const step = this.#step()
        if (step) await step
      } catch (error) {
        this.#failRunning(error)
      }
    }
    this.#loop = undefined
  }

  #step(): void | Promise<void> {
    this.#settle()
    const shares = this.#isSteady() ? this.#steady : this.#plan()
    if (!shares) return this.#sleep()
    if (shares.size > 0) return this.#decode(shares)
  }

  /** Nothing where nobody is due. */
  #plan(): Shares | undefined {
    this.#admit()
    this.#sharing.follow(this.#running)
    const group = this.#chooseGroup()
    if (group.length === 0) return undefined
    const shares = this.#planWithRoom(group)
    const steady = shares.size === this.#running.length && this.#running.every(({ pending }) => pending === 1)
    this.#steady = steady ? shares : new Map()
    return shares
  }

  /** Everyone is writing, as in the step before, and nobody waits: the same again, without asking anew. */
  #isSteady(): boolean {
    if (this.#steady.size === 0 || this.#waiting.length > 0) return false
    if (this.#cache.ledger.free < this.#steady.size) return false
    return (
      this.#running.length === this.#steady.size &&
      this.#running.every(
        (sequence) => sequence.pending === 1 && sequence.isDue && this.#steady.has(sequence),
      )
    )
  }

  /** Every sequence here waits for one of its task on another engine. */
  async #sleep(): Promise<void> {
    if (this.#waiting.length + this.#running.length === 0) return
    if (this.#running.some(({ task }) => task.settled)) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
  }

  /** Lets go of what is finished, failed or cancelled. No native code is running here. */
  #settle(): void {
    if (!this.#running.some(isSettled) && !this.#waiting.some(isSettled)) return
    const settled = [...this.#running, ...this.#waiting].filter(isSettled)
    this.#waiting = this.#waiting.filter(({ task }) => !task.settled)
    this.#running = this.#running.filter(({ task }) => !task.settled)
    for (const sequence of settled) {
      this.#cache.release(sequence)
      sequence.logits = undefined
      sequence.task.letGo(sequence)
    }
  }

  /** Lets waiting tasks in, first come first served, while there are slots and room. */
  #admit(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const { task } = next
      const party = this.#waiting.filter((sequence) => sequence.task === task)
      if (this.#running.length > 0 && !this.#hasRoomFor(party)) return
      this.#waiting = this.#waiting.filter((sequence) => sequence.task !== task)
      for (const sequence of party) this.#tryStart(sequence)
    }
  }

  #hasRoomFor(party: readonly Sequence[]): boolean {
    if (this.#running.length + party.length > this.#options.maxSequences) return false
    const planned = this.#running.reduce((sum, sequence) => sum + outstanding(sequence) + growth, 0)
    const need = party.reduce((sum, sequence, index) => {
      const own = commonPrefix(party[index - 1]?.tokens ?? [], sequence.tokens)
      return (
        sum +
        sequence.tokens.length -
        Math.max(own, this.#sharing.findLeader(sequence, this.#running)?.common ?? 0)
      )
    }, 0)
    return planned + need <= this.#cache.available
  }

  #tryStart(sequence: Sequence): void {
    try {
      this.#sharing.begin(sequence, this.#running)
    } catch (error) {
      sequence.task.fail(error)
    }
    this.#running.push(sequence)
  }

  /** Ways of steering take turns: one decode call computes with one. Those that are due, of the one whose turn it is. */
  #chooseGroup(): Sequence[] {
    const due = this.#running.filter((sequence) => sequence.isDue)
    const ways = [...new Map(due.map(({ steering }) => [steering.key, steering])).values()]
    const current = ways.findIndex(({ key }) => key === this.#steering?.key)
    const stay = current !== -1 && (this.#turn < steeringTurn || ways.length === 1)
    const chosen = stay ? ways[current] : ways[(current + 1) % ways.length]
    if (!chosen) return []
    if (chosen.key !== this.#steering?.key) this.#context.steer(chosen)
    this.#turn = stay ? this.#turn + 1 : 1
    this.#steering = chosen
    return due.filter(({ steering }) => steering.key === chosen.key)
  }

  /** Tokens each sequence of the group decodes next, with room made for them in the cache. */
  #planWithRoom(group: readonly Sequence[]): Map<Sequence, number> {
    const limits = { batch: this.#context.batchSize, promptBatch }
    for (;;) {
      const active = group.filter((sequence) => sequence.slot && !sequence.follows)
      const pending = active.map((sequence) => ({
        count: this.#limitLogits(sequence, this.strict ? 1 : active.length),
      }))
      const counts = this.strict ? this.#planStrictly(active, pending) : planStep(pending, limits)
      this.#readPrompt = counts.some((count) => count > 1)
      const total = counts.reduce((sum, count) => sum + count, 0)
      if (this.#cache.makeRoom(total)) {
        return new Map(
          active
            .map((sequence, index) => [sequence, counts[index]!] as const)
            .filter(([, count]) => count > 0),
        )
      }
      this.#preempt()
    }
  }

  #planStrictly(active: readonly Sequence[], pending: readonly Pending[]): number[] {
    const limits = { batch: this.#context.batchSize, promptsFirst: !this.#readPrompt }
    const alone = this.#options.alone || active.some(({ steering }) => steering.adapters.length > 0)
    if (!alone) return planStrictStep(pending, limits)
    const writers = active.map((_, index) => index).filter((index) => pending[index]!.count === 1)
    const lastUsed = (index: number): number => active[index]!.slot?.lastUsed ?? 0
    const [writer] = writers.toSorted((a, b) => lastUsed(a) - lastUsed(b))
    return planStrictStep(pending, { ...limits, writer })
  }

  /** Logits of a whole text would fill the memory: as many tokens as stay within this sequence's part of it. */
  #limitLogits({ logitsFrom, decoded, pending }: Sequence, sequences: number): number {
    if (logitsFrom === undefined) return pending
    const rows = mostLogitsBytes / 4 / this.#context.model.vocabulary.size / sequences
    return Math.min(pending, Math.max(0, logitsFrom - decoded) + Math.max(1, Math.floor(rows)))
  }

  /** The task admitted last goes back to wait, keeping what it wrote; its tokens are decoded again when there is room. */
  #preempt(): void {
    const task = this.#running.at(-1)?.task
    if (!task) throw new RangeError('The KV cache is full with nothing running')
    const party = this.#running.filter((sequence) => sequence.task === task)
    const alone = party.length === this.#running.length
    for (const sequence of party) {
      this.#cache.drop(sequence)
      sequence.follows = undefined
    }
    if (alone) return task.fail(tooLargeTogether(party, this.#options.contextSize))
    this.#running = this.#running.filter((sequence) => sequence.task !== task)
    this.#waiting.unshift(...party)
  }

  /** Most steps of a small model wait for nothing, and cost less where nothing is awaited. */
  #decode(shares: Shares): void | Promise<void> {
    const entries = listEntries(shares)
    const outcome = this.#callDecode(entries, shares)
    if (typeof outcome === 'string') return this.#takeIn(outcome, entries, shares)
    return outcome.then((one) => this.#takeIn(one, entries, shares))
  }

  #takeIn(outcome: DecodeOutcome, entries: readonly BatchEntry[], shares: Shares): void | Promise<void> {
    if (outcome === 'aborted') return [...shares.keys()].forEach((sequence) => this.#cache.trim(sequence))
    if (outcome === 'full') return this.#recoverFromFull()
    this.stats.decodeCalls++
    this.stats.decodedTokens += entries.length
    for (const [sequence, count] of shares) {
      this.#cache.append(sequence, count)
      this.#cache.touch(sequence)
      sequence.task.reportPromptProgress()
    }
    return this.#handOut.give(listRows(shares), this.#running)
  }

  #callDecode(entries: readonly BatchEntry[], shares: Shares): DecodeOutcome | Promise<DecodeOutcome> {
    if (!this.#pace.isBrief(entries.length)) return this.#decodeElsewhere(entries, [...shares.keys()])
    const start = performance.now()
    const outcome = this.#context.decodeHere(entries)
    this.#pace.record(entries.length, performance.now() - start)
    return outcome
  }

  async #decodeElsewhere(
    entries: readonly BatchEntry[],
    sequences: readonly Sequence[],
  ): Promise<DecodeOutcome> {
    const start = performance.now()
    this.#decoding = sequences
    try {
      const outcome = await this.#context.decode(entries)
      this.#pace.record(entries.length, performance.now() - start)
      return outcome
    } finally {
      this.#decoding = []
      this.#handOut.slice.restart()
    }
  }

  /** llama.cpp found no room although the ledger did: drop what can be dropped, and let fewer run. */
  #recoverFromFull(): void {
    if (!this.#cache.makeRoom(this.#cache.available) || this.#running.length > 1) this.#preempt()
    else throw new RangeError('llama.cpp finds no room in an empty KV cache')
  }

  /** A decode that fails leaves the state of its sequences unknown; what waits may still go well. */
  #failRunning(error: unknown): void {
    for (const sequence of this.#running) {
      sequence.task.fail(error)
      this.#cache.drop(sequence)
    }
  }
}

function isSettled({ task }: Sequence): boolean {
  return task.settled
}

function tooLargeTogether(party: readonly Sequence[], contextSize: number): LlamaError {
  const lengths = party.map(({ tokens }) => tokens.length).join(' + ')
  return new LlamaError(
    'context-too-long',
    `The prompts of the mix take ${lengths} tokens together, more than the context’s ${contextSize}.`,
    { hint: 'Use fewer or shorter prompts, or load the model with a larger context size.' },
  )
}

/** Tokens that the sequence will still take room for, of those known now. */
function outstanding(sequence: Sequence): number {
  return sequence.tokens.length - Math.max(sequence.decoded, sequence.follows?.common ?? 0)
}
