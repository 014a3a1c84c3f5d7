import type { CanvasStep, ChartData, Coordinate, Json, RunEvent, RunEventBody } from '@woolgather/workflow'

/** How long text is held back to be told together, in milliseconds: below what an eye notices. */
const mergeMs = 25

interface Pending {
  node: string
  at: Coordinate
  text: string
  logprobs: Json[]
  progress: { done: number; total: number; unit: string } | undefined
  chart: ChartData | undefined
}

/**
 * Numbers the events of a run. Tokens, progress and charts of one cell that come in quick succession are told as one event each,
 * always before whatever comes next about that cell.
 */
export class EventStream {
  readonly #run: string
  readonly #emit: (event: RunEvent) => void
  readonly #pending = new Map<object, Pending>()
  #seq = 0
  #timer: NodeJS.Timeout | undefined

  constructor(run: string, emit: (event: RunEvent) => void) {
    this.#run = run
    this.#emit = emit
  }

  send(body: RunEventBody): void {
    this.#emit({ run: this.#run, seq: this.#seq++, time: Date.now(), ...body } as RunEvent)
  }

  /** Sends an event about a cell, after what is pending about it. */
  sendFor(cell: object, body: RunEventBody): void {
    if (this.#pending.size > 0) this.#flushOne(cell)
    this.send(body)
  }

  token(
    cell: object,
    node: string,
    at: Coordinate,
    { text, logprobs }: { text: string; logprobs: readonly Json[] },
  ): void {
    const pending = this.#hold(cell, node, at)
    pending.text += text
    pending.logprobs.push(...logprobs)
  }

  /** Steps are told one by one: each says what it alone changed. */
  canvas(cell: object, node: string, at: Coordinate, step: CanvasStep): void {
    this.sendFor(cell, { type: 'cell.canvas', node, at, ...step })
  }

  progress(cell: object, node: string, at: Coordinate, done: number, total: number, unit: string): void {
    this.#hold(cell, node, at).progress = { done, total, unit }
  }

  chart(cell: object, node: string, at: Coordinate, chart: ChartData): void {
    this.#hold(cell, node, at).chart = chart
  }

  flush(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    for (const cell of [...this.#pending.keys()]) this.#flushOne(cell)
  }

  #hold(cell: object, node: string, at: Coordinate): Pending {
    this.#timer ??= setTimeout(() => this.flush(), mergeMs)
    const known = this.#pending.get(cell)
    if (known !== undefined) return known
    const pending: Pending = { node, at, text: '', logprobs: [], progress: undefined, chart: undefined }
    this.#pending.set(cell, pending)
    return pending
  }

  #flushOne(cell: object): void {
    const pending = this.#pending.get(cell)
    if (pending === undefined) return
    this.#pending.delete(cell)
    const { node, at, text, logprobs, progress, chart } = pending
    if (progress !== undefined) this.send({ type: 'cell.progress', node, at, ...progress })
    if (chart !== undefined) this.send({ type: 'cell.chart', node, at, chart })
    if (text !== '')
      this.send({ type: 'cell.token', node, at, text, ...(logprobs.length > 0 && { logprobs }) })
  }
}
