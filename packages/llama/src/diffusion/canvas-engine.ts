import type { CanvasContext } from '../native/canvas-context.ts'
import type { Steering } from '../native/steering.ts'
import { TimeSlice } from '../pace/time-slice.ts'

/** One text to read, and what its rows count. */
export interface CanvasTerm {
  tokens: readonly number[]
  coefficient: number
  /** The rows that are wanted, by their token, ascending; as many of every term of a request. */
  rows: readonly number[]
  /** So many tokens were read by the turn's holder before, and are kept as they were (`CanvasText`). */
  keep?: number | undefined
  steering: Steering
}

export interface CanvasRequest {
  terms: readonly CanvasTerm[]
  /** Takes the sums of the rows, one after another, while nothing else is decoded; it may write into them. */
  take: (row: Float32Array, index: number) => void
  /** Who asks, where turns are held. */
  holder?: object | undefined
  signal?: AbortSignal | undefined
}

interface Waiting extends CanvasRequest {
  resolve: () => void
  reject: (error: unknown) => void
  /** What `take` threw: nothing more is handed to it. */
  failure?: { error: unknown }
}

export interface CanvasEngineOptions {
  vocabSize: number
  /** Texts of one decode call, where they fit. */
  textsPerCall: number
}

/** What one request's logits are added up in. */
type Sums = Float32Array | undefined

/**
 * Takes turns at a context: a request is decoded, its terms are added up and its rows are handed out before the next
 * one begins, so that one set of sums is enough however many texts are written at once. Where several texts a call are
 * faster, those of requests that wait are read together.
 */
export class CanvasEngine {
  readonly #context: CanvasContext
  readonly #options: CanvasEngineOptions
  readonly #line: Waiting[] = []
  readonly #slice = new TimeSlice()
  #sums: Float32Array | undefined
  #running: Promise<void> | undefined
  /** Whose turns all are for now, and when those before it have ended. */
  #holder: object | undefined
  #held: Promise<unknown> = Promise.resolve()
  /** Whose call is under way. */
  #current: readonly Waiting[] = []
  readonly stats = { decodeCalls: 0, decodedTokens: 0 }

  constructor(context: CanvasContext, options: CanvasEngineOptions) {
    this.#context = context
    this.#options = options
  }

  get contextSize(): number {
    return this.#context.contextSize
  }

  /** Whether a holder's prefix can be kept. */
  get remembers(): boolean {
    return this.#context.remembers
  }

  /** Texts of a request whose prefix is kept. */
  get mostKept(): number {
    return this.#context.sequences
  }

  /** All turns are the holder's until its work has ended: what it had read stays in memory. */
  async hold<Result>(holder: object, work: () => Promise<Result>): Promise<Result> {
    const before = this.#held
    let end: () => void = () => undefined
    this.#held = new Promise<void>((resolve) => (end = resolve))
    await before
    // From now on nobody else gets a turn.
    this.#holder = holder
    await this.#running
    try {
      this.#context.forget()
      return await work()
    } finally {
      this.#holder = undefined
      end()
      this.#start()
    }
  }

  /** Resolves when all rows were taken, or the signal was given. @throws what `take` and the context throw */
  read(request: CanvasRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        if (this.#current.every(({ signal }) => signal?.aborted)) this.#context.abort()
      }
      request.signal?.addEventListener('abort', stop, { once: true })
      const ended = (end: () => void): void => {
        request.signal?.removeEventListener('abort', stop)
        end()
      }
      this.#line.push({
        ...request,
        resolve: () => ended(resolve),
        reject: (error: unknown) => ended(() => reject(error)),
      })
      this.#start()
    })
  }

  #start(): void {
    this.#running ??= this.#run()
  }

  /** When nothing is decoded any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // What is asked in the same turn of the event loop may go together.
    await Promise.resolve()
    for (let turn = this.#nextTurn(); turn.length > 0; turn = this.#nextTurn()) await this.#takeTurn(turn)
    this.#running = undefined
  }

  /** The first in line, and those behind it whose rows still have room beside its own; of a holder, what it asks. */
  #nextTurn(): Waiting[] {
    const first = this.#line.findIndex(({ holder }) => holder === this.#holder)
    if (first === -1) return []
    const turn = this.#line.splice(first, 1)
    if (this.#holder !== undefined) return turn
    const { textsPerCall } = this.#options
    let texts = turn[0]!.terms.length
    let rows = turn[0]!.terms[0]?.rows.length ?? 0
    while (this.#line.length > 0) {
      const next = this.#line[0]!
      if (next.holder !== undefined) return turn
      texts += next.terms.length
      rows += next.terms[0]?.rows.length ?? 0
      if (texts > textsPerCall || rows > this.#context.contextSize) return turn
      turn.push(this.#line.shift()!)
    }
    return turn
  }

  async #takeTurn(turn: readonly Waiting[]): Promise<void> {
    this.#current = turn
    try {
      await this.#decode(turn)
      turn.forEach(({ failure, resolve, reject }) => (failure ? reject(failure.error) : resolve()))
    } catch (error) {
      turn.forEach(({ reject }) => reject(error))
    } finally {
      this.#current = []
    }
  }

  async #decode(turn: readonly Waiting[]): Promise<void> {
    const sums = this.#makeRoom(turn)
    for (const call of this.#planCalls(turn)) {
      if (turn.every(({ signal }) => signal?.aborted)) return
      this.#context.steer(call[0]!.term.steering)
      const rows = await this.#context.decode(call.map(({ term, sequence }) => ({ ...term, sequence })))
      if (rows === undefined) return
      this.#slice.restart()
      this.stats.decodeCalls++
      await this.#addUp(call, rows, sums)
    }
    await this.#handOut(turn, sums)
  }

  /** A request of one term takes its rows where they lie. */
  #makeRoom(turn: readonly Waiting[]): Map<Waiting, Sums> {
    const { vocabSize } = this.#options
    let rows = 0
    const places = turn.map((request) => {
      if (request.terms.length === 1) return [request, undefined] as const
      const count = request.terms[0]!.rows.length
      rows += count
      return [request, { start: rows - count, count }] as const
    })
    if ((this.#sums?.length ?? 0) < rows * vocabSize) this.#sums = new Float32Array(rows * vocabSize)
    const view = ({ start, count }: { start: number; count: number }): Float32Array =>
      this.#sums!.subarray(start * vocabSize, (start + count) * vocabSize).fill(0)
    return new Map(places.map(([request, place]) => [request, place && view(place)]))
  }

  /** Texts of one steering go together, as many as are best and fit. */
  #planCalls(turn: readonly Waiting[]): Read[][] {
    const calls: Read[][] = []
    let tokens = Infinity
    const all = turn.flatMap((request) =>
      request.terms.map((term, index) => ({ request, term, sequence: request.holder && index })),
    )
    for (const read of all.toSorted(bySteering)) {
      const last = calls.at(-1)
      tokens += read.term.tokens.length
      const fits = tokens <= this.#context.contextSize && (last?.length ?? 0) < this.#options.textsPerCall
      if (last && fits && bySteering(last[0]!, read) === 0) last.push(read)
      else {
        calls.push([read])
        tokens = read.term.tokens.length
      }
    }
    return calls
  }

  async #addUp(call: readonly Read[], rows: Float32Array[][], sums: Map<Waiting, Sums>): Promise<void> {
    const { vocabSize } = this.#options
    for (const [at, { request, term }] of call.entries()) {
      const sum = sums.get(request)
      for (const [index, source] of rows[at]!.entries()) {
        if (sum === undefined) give(request, source, index)
        else add(sum.subarray(index * vocabSize, (index + 1) * vocabSize), source, term.coefficient)
        if (this.#slice.isOver) await this.#slice.pause()
      }
      this.stats.decodedTokens += term.tokens.length - (term.keep ?? 0)
    }
  }

  async #handOut(turn: readonly Waiting[], sums: Map<Waiting, Sums>): Promise<void> {
    const { vocabSize } = this.#options
    for (const request of turn) {
      const sum = sums.get(request)
      for (let index = 0; sum && index * vocabSize < sum.length; index++) {
        give(request, sum.subarray(index * vocabSize, (index + 1) * vocabSize), index)
        if (this.#slice.isOver) await this.#slice.pause()
      }
    }
  }
}

/** A text of a call, and who asked for it. */
interface Read {
  request: Waiting
  term: CanvasTerm
  /** Whose memory it is read into, where turns are held. */
  sequence: number | undefined
}

function bySteering(a: Read, b: Read): number {
  const [one, other] = [a.term.steering.key, b.term.steering.key]
  return one < other ? -1 : one > other ? 1 : 0
}

/** What one request throws does not concern those beside it. */
function give(request: Waiting, row: Float32Array, index: number): void {
  if (request.failure) return
  try {
    request.take(row, index)
  } catch (error) {
    request.failure = { error }
  }
}

function add(sum: Float32Array, row: Float32Array, coefficient: number): void {
  for (let index = 0; index < sum.length; index++) sum[index] = sum[index]! + coefficient * row[index]!
}
