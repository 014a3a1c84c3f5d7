import type { KvCache } from './kv-cache.ts'
import { commonPrefix } from './kv-ledger.ts'
import type { Sequence } from './sequence.ts'

/** Waiting for another's prefix is worth it from this many tokens on, or half of what there is to decode. */
const worthWaiting = 32

export interface SharingOptions {
  /** False for recurrent models, whose state cannot be shared in part. */
  partialPrefixes: boolean
  /** Only what was decoded as a prompt is shared. */
  strict: boolean
}

/**
 * Lets sequences wait for a prefix that another is about to decode, and take it over. `running` is in the order of
 * admission: a sequence only ever waits for one before it.
 */
export class PrefixSharing {
  readonly #cache: KvCache
  readonly #options: SharingOptions

  constructor(cache: KvCache, options: SharingOptions) {
    this.#cache = cache
    this.#options = options
  }

  /** Gives a sequence that begins what is there, or somebody to wait for. */
  begin(sequence: Sequence, running: readonly Sequence[]): void {
    this.#cache.acquire(sequence)
    sequence.shared = Math.max(sequence.shared, Math.min(sequence.decoded, sequence.promptLength))
    sequence.follows = this.#worthwhile(sequence, this.findLeader(sequence, running))
  }

  /** The running sequence that will decode the longest prefix of this one's tokens. */
  findLeader(sequence: Sequence, running: readonly Sequence[]): Sequence['follows'] {
    const { length } = sequence.tokens
    let best: Sequence['follows']
    for (const leader of running) {
      if (leader === sequence) break
      if (leader.steering.key !== sequence.steering.key || leader.pending < 2 || !leader.isDue) continue
      const limit = this.#options.strict ? leader.promptLength : Infinity
      const shared = Math.min(commonPrefix(leader.tokens, sequence.tokens), limit)
      const equal = shared === length && leader.tokens.length === length
      const twins = equal && leader.task.mayTwin && sequence.task.mayTwin
      if (!twins && !this.#options.partialPrefixes) continue
      const common = twins ? length : Math.min(shared, sequence.mostShared)
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
  follow(running: readonly Sequence[]): void {
    for (const sequence of running) {
      const { follows } = sequence
      if (!follows) continue
      const reached = Math.min(follows.common, sequence.tokens.length - 1)
      const idle = !follows.leader.isDue && follows.leader.decoded < reached
      const leaderGone = idle || !running.includes(follows.leader)
      const missed = sequence.isTwin && follows.leader.pending < 2
      if (!leaderGone && !missed && follows.leader.decoded < reached) continue
      if (!leaderGone && !missed && sequence.isTwin) continue
      const before = sequence.decoded
      this.#cache.extendPrefix(sequence)
      sequence.shared = Math.min(sequence.shared + sequence.decoded - before, sequence.promptLength)
      sequence.follows = leaderGone
        ? this.#worthwhile(sequence, this.findLeader(sequence, running))
        : undefined
    }
  }

  /** Those that wait for the same tokens as `leader`, now decoded: they sample from its logits. */
  adoptTwins(leader: Sequence, running: readonly Sequence[]): Sequence[] {
    const twins = running.filter((sequence) => sequence.isTwin && sequence.follows?.leader === leader)
    for (const twin of twins) {
      twin.follows = undefined
      this.#cache.twin(leader, twin)
      twin.shared = Math.min(twin.decoded, twin.promptLength)
      twin.task.reportPromptProgress()
    }
    return twins
  }
}
