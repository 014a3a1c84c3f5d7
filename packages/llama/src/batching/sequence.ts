import type { AdapterStack } from '../native/adapters.ts'
import type { Generation } from './generation.ts'
import type { KvSlot } from './kv-ledger.ts'

/** Tokens that are decoded in one native sequence for a generation: the prompt, then what was written. */
export class Sequence {
  readonly generation: Generation
  readonly adapters: AdapterStack
  readonly tokens: number[]
  /** Where its KV is; absent while it waits. */
  slot: KvSlot | undefined
  /** Another that is about to decode a prefix both share: this one waits for it and then takes a copy. */
  follows: { leader: Sequence; common: number } | undefined

  constructor(generation: Generation, adapters: AdapterStack, prompt: readonly number[]) {
    this.generation = generation
    this.adapters = adapters
    this.tokens = [...prompt]
  }

  get decoded(): number {
    return this.slot?.tokens.length ?? 0
  }

  /** Tokens still to decode before the next can be sampled. */
  get pending(): number {
    return this.tokens.length - this.decoded
  }

  /** It has the same tokens as the one it follows, so both sample from one row of logits. */
  get isTwin(): boolean {
    return this.follows !== undefined && this.follows.common === this.tokens.length
  }
}
