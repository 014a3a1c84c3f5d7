/** Every code of an issue or error that reaches a person, in one list. kebab-case. */
export const errorCodes = [
  // the file
  'file-not-found',
  'file-unreadable',
  'file-too-large',
  'file-outside-folders',
  'invalid-json',
  'invalid-workflow',
  'no-workflow',
  'foreign-file',
  'unsupported-version',
  // the graph
  'unknown-node-type',
  'unknown-node-version',
  'unknown-node',
  'unknown-input',
  'unknown-output',
  'unknown-target',
  'missing-input',
  'invalid-input',
  'input-and-link',
  'duplicate-name',
  'type-mismatch',
  'cycle',
  'unknown-axis',
  'invalid-zone',
  'too-many-cells',
  'too-many-issues',
  // node types
  'invalid-node',
  // running
  'cancelled',
  'node-failed',
  'invalid-output',
  'timeout',
  'upstream-failed',
  'run-not-found',
  'run-not-resumable',
  'run-going-on',
  'write-failed',
  'disk-full',
  'data-damaged',
  // models
  'model-not-found',
  'model-unreadable',
  'model-unsupported',
  'model-too-large',
  'download-failed',
  'file-exists',
  'host-not-allowed',
  'checksum-mismatch',
  'context-too-long',
  'invalid-sampling',
  'invalid-chat-template',
  'adapter-mismatch',
  'vector-mismatch',
  'merge-impossible',
  'training-diverged',
  'invalid-layer',
  'vocabulary-mismatch',
  'invalid-mix',
  'constraint-dead-end',
  'too-few-tokens',
  'invalid-token',
  'disposed',
  // the machine
  'native-crash',
  'out-of-memory',
  'native-error',
  'native-missing',
  'native-version',
  'worker-lost',
  'fabric-unreachable',
  'fabric-refused',
  'protocol',
  'internal',
  // the server
  'unauthorized',
  'forbidden',
  'not-found',
  'request-too-large',
  'too-many-requests',
  'revision-conflict',
  'queue-paused',
  'queue-full',
  'unknown-webhook',
  'webhook-failed',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Where in what an input holds. Lines and columns count from 1, positions from 0, in code units. */
export interface SourcePlace {
  line?: number | undefined
  column?: number | undefined
  position?: number | undefined
  /** JSON pointer into a value, or into what a text says as JSON: `#/items/2`. It counts before the others. */
  path?: string | undefined
}

/** Something wrong with a document, found before anything runs. Validation returns the first hundred of them. */
export interface Issue {
  code: ErrorCode
  message: string
  node?: string
  input?: string
  /** The place in the input, for programs; `message` says it, too. */
  where?: SourcePlace
  /** What to do about it. */
  hint?: string
  /** Of `host-not-allowed`: from where nothing is downloaded before a person allows it. */
  host?: string | undefined
  /** Of `too-many-issues`: how many there are besides those told, or were not looked at any more. */
  more?: number
}

/** Something that went wrong while running, as it travels in events. */
export interface RunError extends Issue {
  /** Coordinate of the cell: axis id → index. */
  at?: Record<string, number>
  cause?: string
  /** Name of the worker of another machine on which it went wrong. */
  worker?: string | undefined
}

/** An error meant for people: thrown anywhere, told as `RunError` everywhere. */
export class WoolgatherError extends Error {
  readonly code: ErrorCode
  readonly input: string | undefined
  readonly where: SourcePlace | undefined
  readonly hint: string | undefined
  readonly host: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      input?: string
      where?: SourcePlace
      hint?: string
      host?: string | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'WoolgatherError'
    this.code = code
    this.input = options.input
    this.where = options.where
    this.hint = options.hint
    this.host = options.host
  }
}
