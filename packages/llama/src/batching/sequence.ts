import type { Steering } from '../native/steering.ts'
import type { BatchEngine } from './engine.ts'
import type { KvSlot } from './kv-ledger.ts'
import type { LogitsRow } from '../native/logits-row.ts'
import type { Task } from './task.ts'

export interface SequenceOptions {
  engine: BatchEngine
  steering: Steering
  prompt: readonly number[]
  /** First position whose logits are wanted; absent: only the last token's, ever. */
  logitsFrom?: number | undefined
}

/** Tokens that are decoded in one native sequence for a task: the prompt, then what was written. */
export class Sequence {
  readonly task: Task
  readonly engine: BatchEngine
  readonly steering: Steering
  readonly tokens: number[]
  readonly promptLength: number
  readonly logitsFrom: number | undefined
  /** Where its KV is; absent while it waits. */
  slot: KvSlot | undefined
  /** Another that is about to decode a prefix both share: this one waits for it and then takes a copy. */
  follows: { leader: Sequence; common: number } | undefined
  /** Logits after its last token, once decoded: a row of the last batch, or a copy of it where others are awaited. */
  logits: LogitsRow | Float32Array | undefined
  /** Prompt tokens whose KV was taken over rather than decoded. */
  shared = 0

  constructor(task: Task, options: SequenceOptions) {
    this.task = task
    this.engine = options.engine
    this.steering = options.steering
    this.tokens = [...options.prompt]
    this.promptLength = options.prompt.length
    this.logitsFrom = options.logitsFrom
  }

  get decoded(): number {
    return this.slot?.tokens.length ?? 0
  }

  /** Tokens still to decode. */
  get pending(): number {
    return this.tokens.length - this.decoded
  }

  /** Something is to be decoded for it now. */
  get isDue(): boolean {
    return this.logits === undefined && !this.task.settled && this.task.needs(this)
  }

  /** Longest prefix that may be taken over: what gives the logits wanted must be decoded. */
  get mostShared(): number {
    const rest = this.engine.strict ? 2 : 1
    return Math.max(0, Math.min(this.logitsFrom ?? Infinity, this.tokens.length - rest))
  }

  /** It has the same tokens as the one it follows, so both sample from one row of logits. */
  get isTwin(): boolean {
    return this.task.mayTwin && this.follows !== undefined && this.follows.common === this.tokens.length
  }

  wantsLogits(position: number): boolean {
    return this.logitsFrom === undefined ? position === this.tokens.length - 1 : position >= this.logitsFrom
  }
}
