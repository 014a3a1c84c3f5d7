import type { NativeContext } from '../native/native-context.ts'
import { commonPrefix, KvLedger } from './kv-ledger.ts'
import type { KvSlot } from './kv-ledger.ts'
import type { Sequence } from './sequence.ts'

export interface KvCacheOptions {
  /** Tokens that fit, shared prefixes counted once. */
  capacity: number
  /** Whether part of a sequence can be copied or removed; recurrent models keep one state for all of it. */
  partial: boolean
}

/**
 * The context's KV cache: the ledger and the native calls that keep it true. A slot is in use by one sequence, or
 * idle: then what it holds is kept as a prefix for requests to come, until room is needed.
 */
export class KvCache {
  readonly ledger: KvLedger
  readonly #context: NativeContext
  readonly #partial: boolean
  readonly #idle: Set<KvSlot>
  #clock = 0

  constructor(context: NativeContext, options: KvCacheOptions) {
    this.#context = context
    this.#partial = options.partial
    this.ledger = new KvLedger(options.capacity, context.sequences)
    this.#idle = new Set(this.ledger.slots)
  }

  /** Cells that are free, or would be if every idle prefix was dropped. */
  get available(): number {
    return this.ledger.free + this.ledger.reclaimable(this.#idle)
  }

  /** Gives the sequence a slot holding the longest prefix of its tokens that is in the cache. */
  acquire(sequence: Sequence): void {
    const source = this.#findPrefix(sequence)
    const own = source && this.#idle.has(source.slot)
    const whole = own && (source.length === source.slot.tokens.length || this.#idle.size === 1)
    const slot = whole ? source.slot : this.#takeSlot(source?.slot)
    if (whole) this.#cutTo(slot, source.length)
    slot.steeringKey = sequence.steering.key
    slot.promptLength = sequence.promptLength
    slot.shareable = sequence.engine.strict ? sequence.promptLength : Infinity
    this.#idle.delete(slot)
    sequence.slot = slot
    if (source && !whole) this.#copy(source.slot, slot, source.length)
    this.touch(sequence)
  }

  /** Improves on the prefix that the sequence holds, where the cache now has a longer one. */
  extendPrefix(sequence: Sequence): void {
    const source = this.#findPrefix(sequence)
    const slot = sequence.slot
    if (!source || !slot || source.slot === slot || source.length <= slot.tokens.length) return
    this.#empty(slot)
    this.#copy(source.slot, slot, source.length)
  }

  /** Makes the sequence hold all that `leader` holds, to sample from the same logits. */
  twin(leader: Sequence, sequence: Sequence): void {
    if (!leader.slot || !sequence.slot) return
    this.#empty(sequence.slot)
    this.#copy(leader.slot, sequence.slot, leader.slot.tokens.length)
  }

  /** Records tokens that were decoded for the sequence. */
  append(sequence: Sequence, count: number): void {
    const { slot } = sequence
    if (slot) this.ledger.append(slot, sequence.tokens.slice(slot.tokens.length, slot.tokens.length + count))
  }

  touch(sequence: Sequence): void {
    if (sequence.slot) sequence.slot.lastUsed = ++this.#clock
  }

  /** The sequence is done with its slot; what it holds stays as a prefix for others. */
  release(sequence: Sequence): void {
    const { slot } = sequence
    if (!slot) return
    sequence.slot = undefined
    this.#idle.add(slot)
  }

  /** The sequence gives up its slot and what it holds. */
  drop(sequence: Sequence): void {
    const { slot } = sequence
    if (!slot) return
    this.release(sequence)
    this.#empty(slot)
  }

  /** Removes what an interrupted decode left behind the tokens the ledger knows of. */
  trim(sequence: Sequence): void {
    const { slot } = sequence
    if (slot && !this.#context.removeTokens(slot.id, slot.tokens.length)) this.#empty(slot)
  }

  /** Drops idle prefixes, least recently used first, until `cells` are free. False where that is not enough. */
  makeRoom(cells: number): boolean {
    while (this.ledger.free < cells) {
      const victim = this.#leastRecentlyUsed((slot) => slot.tokens.length > 0)
      if (!victim) return false
      this.#empty(victim)
    }
    return true
  }

  /**
   * Keeps of the idle slots only the prompts, where what they hold beyond is not what one of `coming` begins with. Each
   * token that is decoded looks at every cell up to the last that is used, so old answers slow down what comes.
   * @param kept how many answers stay, those used last
   */
  dropAnswers(coming: readonly Sequence[], kept: number): void {
    if (!this.#partial) return
    const answers = [...this.#idle].filter((slot) => slot.tokens.length > slot.promptLength)
    answers.sort((a, b) => b.lastUsed - a.lastUsed)
    for (const slot of answers.slice(kept)) {
      if (!coming.some((sequence) => continues(sequence, slot))) this.#cutTo(slot, slot.promptLength)
    }
  }

  #findPrefix(sequence: Sequence): { slot: KvSlot; length: number } | undefined {
    const longest = sequence.mostShared
    let best: { slot: KvSlot; length: number } | undefined
    for (const slot of this.ledger.slots) {
      if (slot.steeringKey !== sequence.steering.key || slot.tokens.length === 0) continue
      const length = Math.min(commonPrefix(slot.tokens, sequence.tokens), longest, slot.shareable)
      if (!this.#partial && length < slot.tokens.length) continue
      if (length > (best?.length ?? 0)) best = { slot, length }
    }
    return best
  }

  #takeSlot(except: KvSlot | undefined): KvSlot {
    const slot =
      this.#leastRecentlyUsed((candidate) => candidate.tokens.length === 0) ??
      this.#leastRecentlyUsed((candidate) => candidate !== except)
    if (!slot) throw new RangeError('More sequences at once than the context has')
    this.#empty(slot)
    return slot
  }

  #leastRecentlyUsed(accept: (slot: KvSlot) => boolean): KvSlot | undefined {
    let oldest: KvSlot | undefined
    for (const slot of this.#idle) {
      if (accept(slot) && (!oldest || slot.lastUsed < oldest.lastUsed)) oldest = slot
    }
    return oldest
  }

  #cutTo(slot: KvSlot, length: number): void {
    if (slot.tokens.length <= length) return
    this.#context.removeTokens(slot.id, length)
    this.ledger.truncate(slot, length)
  }

  #copy(source: KvSlot, target: KvSlot, length: number): void {
    this.#context.copySequence(source.id, target.id, length)
    this.ledger.share(source, target, length)
  }

  #empty(slot: KvSlot): void {
    if (slot.tokens.length === 0) return
    this.#context.removeTokens(slot.id, 0)
    this.ledger.truncate(slot, 0)
  }
}

/** Whether a sequence begins with a slot's prompt and more of what the slot holds. */
function continues({ tokens, steering }: Sequence, slot: KvSlot): boolean {
  const { promptLength } = slot
  if (steering.key !== slot.steeringKey || tokens[promptLength] !== slot.tokens[promptLength]) return false
  return commonPrefix(tokens, slot.tokens) > promptLength
}
