import type { Json } from '@woolgather/workflow'
import { keepOrder } from '@woolgather/workflow/ordered-json'
import { Worker } from 'node:worker_threads'
import { ConstraintError } from './errors/constraint-error.ts'
import type { ConstraintSource } from './source.ts'
import { numberNames } from './tokens/named-tokens.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'
import type { Answer, Asked } from './compile-thread.ts'
import { packSets, type PackedSource } from './pack-source.ts'

export interface ThreadLimits {
  /** What a thread may hold. */
  readonly megabytes: number
  /** How long one source may take, as the clock has it: a slow machine that is busy with others is waited for. */
  readonly milliseconds: number
}

/** Sources that are compiled at once; others wait. */
const mostThreads = 2
/** A thread without work ends after so long. */
const restMilliseconds = 60_000

/**
 * Threads that compile sources, so that whoever asks is not held by it, and whatever a source takes, in time or memory, ends.
 * They hold no process open.
 */
export class CompileThreads {
  readonly #file: URL
  readonly #limits: ThreadLimits
  readonly #idle: { worker: Worker; rest: NodeJS.Timeout }[] = []
  readonly #waiting: (() => void)[] = []
  #busy = 0

  constructor(file: URL, limits: ThreadLimits = { megabytes: 256, milliseconds: 60_000 }) {
    this.#file = file
    this.#limits = limits
  }

  /**
   * @throws {ConstraintError} also `too-large` for what takes too long, or more memory than it may; the signal's reason,
   * once it aborts: what was begun ends with its thread
   */
  async prepare(
    source: ConstraintSource,
    vocabulary?: Vocabulary,
    signal?: AbortSignal,
  ): Promise<PackedSource> {
    signal?.throwIfAborted()
    if (this.#busy < mostThreads) this.#busy++
    else await this.#waitForThread(signal)
    try {
      return await this.#prepareIn(this.#wake(), source, vocabulary, signal)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#busy--
      else next()
    }
  }

  #waitForThread(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(next), 1)
        reject(signal?.reason as Error)
      }
      this.#waiting.push(next)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  async #prepareIn(
    worker: Worker,
    source: ConstraintSource,
    vocabulary: Vocabulary | undefined,
    signal: AbortSignal | undefined,
  ): Promise<PackedSource> {
    let answer: Answer
    try {
      answer = await ask(worker, askedFor(source, vocabulary), this.#limits, signal)
      if (answer.kind === 'names' && vocabulary !== undefined)
        answer = await ask(worker, numberNames(answer.names, vocabulary), this.#limits, signal)
    } catch (error) {
      void worker.terminate()
      throw error
    }
    this.#rest(worker)
    return packedIn(answer)
  }

  #wake(): Worker {
    const rested = this.#idle.pop()
    if (rested === undefined) return this.#start()
    clearTimeout(rested.rest)
    rested.worker.ref()
    return rested.worker
  }

  #start(): Worker {
    const worker = new Worker(this.#file, {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.megabytes },
      // Tests have some by which packages are their sources.
      execArgv: [],
    })
    // Without a listener, an error between two sources, or while it is being ended, would end the process.
    worker.on('error', () => this.#drop(worker)).on('exit', () => this.#drop(worker))
    return worker
  }

  #rest(worker: Worker): void {
    const rest = setTimeout(() => this.#drop(worker), restMilliseconds)
    rest.unref()
    worker.unref()
    this.#idle.push({ worker, rest })
  }

  #drop(worker: Worker): void {
    const at = this.#idle.findIndex((idle) => idle.worker === worker)
    if (at >= 0) clearTimeout(this.#idle.splice(at, 1)[0]!.rest)
    void worker.terminate()
  }
}

function askedFor(source: ConstraintSource, vocabulary: Vocabulary | undefined): Asked {
  const text = JSON.stringify(keepOrders(source))
  if (vocabulary === undefined) return { source: text }
  const { size, writable } = vocabulary
  return { source: text, tokens: { size, writable: packSets([writable]) } }
}

/** Schemas whose keys have an order that objects lose are sent as text. */
function keepOrders(source: ConstraintSource): ConstraintSource {
  switch (source.kind) {
    case 'json-schema': {
      const documents =
        source.documents && Object.entries(source.documents).map(([at, one]) => [at, keepOrder(one as Json)])
      return {
        ...source,
        schema: keepOrder(source.schema as Json),
        ...(documents && { documents: Object.fromEntries(documents) as Record<string, Json> }),
      }
    }
    case 'after':
      return { ...source, constraint: keepOrders(source.constraint) }
    case 'turns': {
      const turns = source.turns.map((turn) => ({ ...turn, constraint: keepOrders(turn.constraint) }))
      return { ...source, turns }
    }
    default:
      return source
  }
}

function packedIn(answer: Answer): PackedSource {
  if (answer.kind === 'prepared') return answer.packed
  if (answer.kind === 'failed') throw answer.error
  if (answer.kind === 'names') throw new Error('A thread asked for tokens twice')
  const { code, message, where, hint } = answer.refusal
  throw new ConstraintError(code, message, { where, ...(hint !== undefined && { hint }) })
}

function ask(
  worker: Worker,
  question: Asked | ReadonlyMap<string, number>,
  { milliseconds, megabytes }: ThreadLimits,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const settle = (then: () => void): void => {
      clearTimeout(tooLate)
      signal?.removeEventListener('abort', stop)
      worker.off('message', succeed).off('error', fail).off('exit', end)
      then()
    }
    const succeed = (answer: Answer): void => settle(() => resolve(answer))
    const fail = (error: NodeJS.ErrnoException): void =>
      settle(() =>
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? tooLarge(`Compiling takes more than ${megabytes} MB of memory`)
            : error,
        ),
      )
    const end = (): void => fail(new Error('A thread that compiles ended before it answered'))
    const stop = (): void => settle(() => reject(signal?.reason as Error))
    const tooLate = setTimeout(
      () => fail(tooLarge(`Compiling takes longer than ${milliseconds / 1_000} seconds`)),
      milliseconds,
    )
    worker.on('message', succeed).on('error', fail).on('exit', end)
    signal?.addEventListener('abort', stop, { once: true })
    worker.postMessage(question)
  })
}

function tooLarge(message: string): ConstraintError {
  return new ConstraintError('too-large', message, {
    hint: 'Simplify it: fewer alternatives that hold together, shorter patterns, lower bounds.',
  })
}
