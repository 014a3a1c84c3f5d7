import type { AdapterPointer } from '@woolgather/ggml'
import { setImmediate } from 'node:timers/promises'
import { LlamaError } from '../error.ts'
import type { AdapterStack } from '../native/adapters.ts'
import type { BatchEntry, DecodeOutcome, NativeContext } from '../native/native-context.ts'
import { commonPrefix } from './kv-ledger.ts'
import type { Generation } from './generation.ts'
import { KvCache } from './kv-cache.ts'
import { planStep } from './plan-step.ts'
import type { Sequence } from './sequence.ts'
import { DecodePace, TimeSlice } from './time-slice.ts'

export interface EngineOptions {
  /** Tokens of KV cache that may be filled. */
  contextSize: number
  /** Generations that run at once; more wait. */
  maxSequences: number
  /** False for recurrent models, whose state cannot be shared in part. */
  partialPrefixes: boolean
}

export interface EngineStats {
  decodeCalls: number
  decodedTokens: number
}

/** Prompt tokens per decode call while others are writing. */
const promptBatch = 256
/** Decode calls that one stack of adapters gets in a row while others wait. */
const adapterTurn = 8
/** Cells that a running generation should have left to grow into before another is let in. */
const growth = 16
/** Waiting for another's prefix is worth it from this many tokens on, or half of what there is to decode. */
const worthWaiting = 32

/**
 * Runs many generations in one context. Each step is one decode call:
 *
 *     settle → admit → follow → plan → make room → decode → sample
 *
 * and every generation on the same adapters takes part in it.
 */
export class BatchEngine {
  readonly stats: EngineStats = { decodeCalls: 0, decodedTokens: 0 }
  readonly #context: NativeContext
  readonly #options: EngineOptions
  readonly #cache: KvCache
  #waiting: Sequence[] = []
  /** In the order they were admitted. */
  #running: Sequence[] = []
  /** What the decode call under way works on. */
  #decoding: readonly Sequence[] = []
  #adapters: AdapterStack | undefined
  #turn = 0
  /** The last plan, where it can be repeated as it is. */
  #steady: ReadonlyMap<Sequence, number> = new Map()
  readonly #pace = new DecodePace()
  readonly #slice = new TimeSlice()
  #loop: Promise<void> | undefined

  constructor(context: NativeContext, options: EngineOptions) {
    this.#context = context
    this.#options = options
    this.#cache = new KvCache(context, { capacity: options.contextSize, partial: options.partialPrefixes })
  }

  submit(generation: Generation): void {
    this.#waiting.push(generation.sequence)
    this.#loop ??= this.#run()
  }

  /** Fails the generation at once; its sequence is free after the decode call under way, which ends early if it can. */
  cancel(generation: Generation): void {
    generation.cancel()
    const { length } = this.#decoding
    if (length > 0 && this.#decoding.every((sequence) => sequence.generation.settled)) this.#context.abort()
  }

  /** Adapters set on the context. */
  get activeAdapters(): ReadonlySet<AdapterPointer> {
    return new Set(this.#adapters?.adapters.map(({ pointer }) => pointer))
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#loop) await this.#loop
  }

  async #run(): Promise<void> {
    await setImmediate()
    while (this.#waiting.length + this.#running.length > 0) {
      try {
        await this.#step()
      } catch (error) {
        this.#failRunning(error)
      }
    }
    this.#loop = undefined
  }

  async #step(): Promise<void> {
    const shares = this.#isSteady() ? this.#steady : this.#plan()
    if (shares.size > 0) await this.#decode(shares)
  }

  #plan(): ReadonlyMap<Sequence, number> {
    this.#settle()
    this.#admit()
    this.#follow()
    const shares = this.#planWithRoom(this.#chooseGroup())
    const steady = shares.size === this.#running.length && this.#running.every(({ pending }) => pending === 1)
    this.#steady = steady ? shares : new Map()
    return shares
  }

  /** Nobody came, went or waits since the last plan, so it holds again: a token for everyone. */
  #isSteady(): boolean {
    if (this.#steady.size === 0 || this.#waiting.length > 0) return false
    if (this.#cache.ledger.free < this.#steady.size) return false
    for (const { generation } of this.#running) if (generation.settled) return false
    return true
  }

  /** Lets go of what is finished, failed or cancelled. No native code is running here. */
  #settle(): void {
    const settled = [...this.#running, ...this.#waiting].filter(({ generation }) => generation.settled)
    if (settled.length === 0) return
    for (const sequence of settled) {
      this.#cache.release(sequence)
      sequence.generation.release()
    }
    this.#waiting = this.#waiting.filter(({ generation }) => !generation.settled)
    this.#running = this.#running.filter(({ generation }) => !generation.settled)
  }

  /** Lets waiting sequences in, first come first served, while there are slots and room. */
  #admit(): void {
    while (this.#running.length < this.#options.maxSequences) {
      const next = this.#waiting[0]
      if (!next) return
      const planned = this.#running.reduce((sum, sequence) => sum + outstanding(sequence) + growth, 0)
      const leader = this.#findLeader(next)
      const need = next.tokens.length - (leader?.common ?? 0)
      if (this.#running.length > 0 && planned + need > this.#cache.available) return
      this.#waiting.shift()
      this.#start(next)
    }
  }

  #start(sequence: Sequence): void {
    this.#cache.acquire(sequence)
    if (sequence.generation.sharedPromptTokens === 0)
      sequence.generation.sharedPromptTokens = sequence.decoded
    sequence.follows = this.#worthwhile(sequence, this.#findLeader(sequence))
    this.#running.push(sequence)
  }

  /** The running sequence that will decode the longest prefix of this one's tokens. */
  #findLeader(sequence: Sequence): Sequence['follows'] {
    const { length } = sequence.tokens
    let best: Sequence['follows']
    for (const leader of this.#running) {
      if (leader === sequence) break
      if (leader.adapters.key !== sequence.adapters.key || leader.pending < 2) continue
      const shared = commonPrefix(leader.tokens, sequence.tokens)
      const twins = shared === length && leader.tokens.length === length
      if (!twins && !this.#options.partialPrefixes) continue
      const common = twins ? length : Math.min(shared, length - 1)
      if (common > (best?.common ?? 0)) best = { leader, common }
    }
    return best
  }

  #worthwhile(sequence: Sequence, follows: Sequence['follows']): Sequence['follows'] {
    if (!follows) return undefined
    const gain = follows.common - sequence.decoded
    return gain >= worthWaiting || 2 * gain >= sequence.pending ? follows : undefined
  }

  /** Hands prefixes on to those who waited for them; who lost the one it followed looks for another. */
  #follow(): void {
    for (const sequence of this.#running) {
      const { follows } = sequence
      if (!follows) continue
      const leaderGone = !this.#running.includes(follows.leader)
      const missed = sequence.isTwin && follows.leader.pending < 2
      if (
        !leaderGone &&
        !missed &&
        follows.leader.decoded < Math.min(follows.common, sequence.tokens.length - 1)
      ) {
        continue
      }
      if (!leaderGone && !missed && sequence.isTwin) continue
      const before = sequence.decoded
      this.#cache.extendPrefix(sequence)
      sequence.generation.sharedPromptTokens += sequence.decoded - before
      sequence.follows = leaderGone ? this.#worthwhile(sequence, this.#findLeader(sequence)) : undefined
    }
  }

  /** Stacks of adapters take turns: one decode call computes with one stack. */
  #chooseGroup(): Sequence[] {
    const stacks = [...new Map(this.#running.map(({ adapters }) => [adapters.key, adapters])).values()]
    const current = stacks.findIndex((stack) => stack.key === this.#adapters?.key)
    const stay = current !== -1 && (this.#turn < adapterTurn || stacks.length === 1)
    const chosen = stay ? stacks[current] : stacks[(current + 1) % stacks.length]
    if (!chosen) return []
    if (chosen.key !== this.#adapters?.key) this.#context.setAdapters(chosen.adapters)
    this.#turn = stay ? this.#turn + 1 : 1
    this.#adapters = chosen
    return this.#running.filter((sequence) => sequence.adapters.key === chosen.key)
  }

  /** Tokens each sequence of the group decodes next, with room made for them in the cache. */
  #planWithRoom(group: readonly Sequence[]): Map<Sequence, number> {
    for (;;) {
      const active = group.filter((sequence) => sequence.slot && !sequence.follows)
      const counts = planStep(
        active.map((sequence) => ({ count: sequence.pending })),
        { batch: this.#context.batchSize, promptBatch },
      )
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

  /** The last one admitted goes back to wait, keeping what it wrote; its tokens are decoded again when there is room. */
  #preempt(): void {
    const victim = this.#running.pop()
    if (!victim) throw new RangeError('The KV cache is full with nothing running')
    this.#cache.drop(victim)
    victim.follows = undefined
    this.#waiting.unshift(victim)
  }

  async #decode(shares: ReadonlyMap<Sequence, number>): Promise<void> {
    const entries = [...shares].flatMap(([sequence, count]) => listEntries(sequence, count))
    const outcome = await this.#callDecode(entries, [...shares.keys()])
    if (outcome === 'aborted') return [...shares.keys()].forEach((sequence) => this.#cache.trim(sequence))
    if (outcome === 'full') return this.#recoverFromFull()
    this.stats.decodeCalls++
    this.stats.decodedTokens += entries.length
    for (const [sequence, count] of shares) {
      this.#cache.append(sequence, count)
      this.#cache.touch(sequence)
      sequence.generation.reportPromptProgress()
    }
    await this.#sample(listRows(shares))
  }

  async #callDecode(entries: readonly BatchEntry[], sequences: readonly Sequence[]): Promise<DecodeOutcome> {
    const start = performance.now()
    const here = this.#pace.isBrief(entries.length)
    const outcome = here ? this.#context.decodeHere(entries) : await this.#decodeElsewhere(entries, sequences)
    this.#pace.record(entries.length, performance.now() - start)
    return outcome
  }

  async #decodeElsewhere(
    entries: readonly BatchEntry[],
    sequences: readonly Sequence[],
  ): Promise<DecodeOutcome> {
    this.#decoding = sequences
    try {
      return await this.#context.decode(entries)
    } finally {
      this.#decoding = []
      this.#slice.restart()
    }
  }

  /** llama.cpp found no room although the ledger did: drop what can be dropped, and let fewer run. */
  #recoverFromFull(): void {
    if (!this.#cache.makeRoom(this.#cache.available) || this.#running.length > 1) this.#preempt()
    else throw new RangeError('llama.cpp finds no room in an empty KV cache')
  }

  async #sample(rows: readonly Row[]): Promise<void> {
    for (const { sequence, index } of rows) {
      for (const consumer of [sequence, ...this.#adoptTwins(sequence)]) {
        await this.#sampleOne(consumer, index)
        await this.#slice.pause()
      }
    }
  }

  #adoptTwins(leader: Sequence): Sequence[] {
    const twins = this.#running.filter((sequence) => sequence.isTwin && sequence.follows?.leader === leader)
    for (const twin of twins) {
      twin.follows = undefined
      this.#cache.twin(leader, twin)
      twin.generation.sharedPromptTokens = twin.decoded
      twin.generation.reportPromptProgress()
    }
    return twins
  }

  async #sampleOne({ generation }: Sequence, index: number): Promise<void> {
    if (generation.settled) return
    try {
      if (!generation.begun) checkNumbers(this.#context.logits(index))
      const token = generation.sampler.sample(this.#context, index)
      generation.push(typeof token === 'number' ? token : await token)
    } catch (error) {
      generation.fail(error)
    }
  }

  /** A decode that fails leaves the state of its sequences unknown; what waits may still go well. */
  #failRunning(error: unknown): void {
    for (const sequence of this.#running) {
      sequence.generation.fail(error)
      this.#cache.drop(sequence)
    }
  }
}

interface Row {
  sequence: Sequence
  /** Which entry of the batch has the logits. */
  index: number
}

/** Broken weights make every logit NaN, which samplers silently take for a number. */
function checkNumbers(logits: Float32Array): void {
  if (!Number.isNaN(logits[0])) return
  throw new LlamaError('native-error', 'The model computes no numbers (NaN): its weights are damaged', {
    hint: 'Download the model again, or merge it again.',
  })
}

/** Tokens that the sequence will still take room for, of those known now. */
function outstanding(sequence: Sequence): number {
  return sequence.tokens.length - Math.max(sequence.decoded, sequence.follows?.common ?? 0)
}

function listEntries(sequence: Sequence, count: number): BatchEntry[] {
  const { slot, tokens, decoded } = sequence
  if (!slot) return []
  return tokens.slice(decoded, decoded + count).map((token, offset) => ({
    token,
    position: decoded + offset,
    sequence: slot.id,
    logits: decoded + offset === tokens.length - 1,
  }))
}

/** The sequences that can sample now, and where in the batch their logits are. */
function listRows(shares: ReadonlyMap<Sequence, number>): Row[] {
  let end = 0
  return [...shares].flatMap(([sequence, count]) => {
    end += count
    return sequence.pending === 0 ? [{ sequence, index: end - 1 }] : []
  })
}
