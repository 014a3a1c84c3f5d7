/**
 * Which tokens each native sequence holds in the KV cache, and how many cells that takes where sequences share
 * them. llama.cpp offers no count of used cells, so the engine keeps its own: every change here is mirrored by one
 * native call, and nothing else touches the cache.
 *
 *     slot 0   [──── a ────][── b ──]          chunk a is held by 0 and 1: its cells count once,
 *     slot 1   [──── a ────][─ c ─]            and are free when its last holder lets go
 */
export class KvLedger {
  readonly capacity: number
  readonly slots: readonly KvSlot[]
  #used = 0

  /** @param capacity cells in the cache, each one token of one or more sequences */
  constructor(capacity: number, slots: number) {
    this.capacity = capacity
    this.slots = Array.from({ length: slots }, (_, id) => new KvSlot(id))
  }

  get free(): number {
    return this.capacity - this.#used
  }

  append(slot: KvSlot, tokens: readonly number[]): void {
    if (tokens.length === 0) return
    const last = slot.chunks.at(-1)
    if (last?.holders.size === 1) last.length += tokens.length
    else slot.chunks.push({ length: tokens.length, holders: new Set([slot]) })
    for (const token of tokens) slot.tokens.push(token)
    this.#used += tokens.length
  }

  /** Lets the empty `target` hold the first `length` tokens of `source` too. Takes no cells. */
  share(source: KvSlot, target: KvSlot, length: number): void {
    splitAt(source, length)
    let covered = 0
    for (const chunk of source.chunks) {
      if (covered === length) break
      chunk.holders.add(target)
      target.chunks.push(chunk)
      covered += chunk.length
    }
    target.tokens = source.tokens.slice(0, length)
  }

  /** Keeps only the first `length` tokens. */
  truncate(slot: KvSlot, length: number): void {
    if (length >= slot.tokens.length) return
    splitAt(slot, length)
    while (slot.tokens.length > length) {
      const chunk = slot.chunks.pop()!
      slot.tokens.length -= chunk.length
      chunk.holders.delete(slot)
      if (chunk.holders.size === 0) this.#used -= chunk.length
    }
  }

  /** Cells that would come free if all of `slots` were emptied. */
  reclaimable(slots: ReadonlySet<KvSlot>): number {
    const chunks = new Set([...slots].flatMap((slot) => slot.chunks))
    return [...chunks]
      .filter((chunk) => [...chunk.holders].every((holder) => slots.has(holder)))
      .reduce((sum, chunk) => sum + chunk.length, 0)
  }
}

interface Chunk {
  length: number
  holders: Set<KvSlot>
}

/** One native sequence id and what it holds. */
export class KvSlot {
  readonly id: number
  tokens: number[] = []
  chunks: Chunk[] = []
  /** What the model was steered with when the tokens were decoded: KV of one means nothing to another. */
  steeringKey = ''
  /** How many of the tokens were read; the rest was written. */
  promptLength = 0
  /** How many of the tokens others may take over: in strict batches only what was decoded as a prompt. */
  shareable: number = Infinity
  /** Step at which it was last in use, for evicting the least recently used. */
  lastUsed = 0

  constructor(id: number) {
    this.id = id
  }
}

/** Makes `position` a boundary between chunks, in every slot that holds the chunk it falls into. */
function splitAt(slot: KvSlot, position: number): void {
  let start = 0
  for (const chunk of slot.chunks) {
    const offset = position - start
    if (offset > 0 && offset < chunk.length) {
      const tail: Chunk = { length: chunk.length - offset, holders: new Set(chunk.holders) }
      chunk.length = offset
      for (const holder of chunk.holders) holder.chunks.splice(holder.chunks.indexOf(chunk) + 1, 0, tail)
      return
    }
    start += chunk.length
  }
}

/** How many leading tokens two lists have in common. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length)
  let index = 0
  while (index < length && a[index] === b[index]) index++
  return index
}
