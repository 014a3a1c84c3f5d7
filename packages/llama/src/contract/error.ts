import type { MemoryNeed } from './interface.ts'

export type LlamaErrorCode =
  | 'native-missing'
  | 'native-version'
  | 'native-error'
  | 'model-not-found'
  | 'model-unreadable'
  | 'model-unsupported'
  | 'model-too-large'
  | 'adapter-mismatch'
  | 'vocabulary-mismatch'
  | 'vector-mismatch'
  | 'invalid-layer'
  | 'context-too-long'
  | 'invalid-token'
  | 'invalid-sampling'
  | 'invalid-mix'
  | 'constraint-dead-end'
  | 'too-few-tokens'
  | 'invalid-chat-template'
  | 'cancelled'
  | 'disposed'

/** What went wrong on the native side, and what to do about it. */
export class LlamaError extends Error {
  readonly code: LlamaErrorCode
  readonly hint: string | undefined
  /** Of `model-too-large`: what it would take, and what there is. */
  readonly memory: { needed: MemoryNeed; free: MemoryNeed } | undefined

  constructor(
    code: LlamaErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; memory?: { needed: MemoryNeed; free: MemoryNeed } } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LlamaError'
    this.code = code
    this.hint = options.hint
    this.memory = options.memory
  }
}
