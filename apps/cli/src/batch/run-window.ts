import type { Row } from './read-rows.ts'
import type { ResultLine } from './result-line.ts'

export interface WindowOptions {
  rows: AsyncIterable<Row>
  /** Rows worked on at once. */
  concurrency: number
  /** Results are handed on in the order of the rows; otherwise as they end. */
  inOrder: boolean
  signal: AbortSignal
  /** Undefined where all was cancelled and the row is to have no line; rejects where there is no use in going on. */
  work: (row: Row) => Promise<ResultLine | undefined>
  /** Results to be kept, several at once where they ended together. */
  keep: (results: readonly ResultLine[]) => Promise<void>
  /** Called when `work` or `keep` rejects, so that what is worked on can be ended. */
  onFailure: () => void
}

/** Rows that may end before the first of them is kept, as a multiple of those worked on at once. */
const reach = 16

/**
 * Works on rows through a window that moves over them: never more of them in memory than it is wide, however many there
 * are and however slowly one of them ends.
 * @throws what `work` or `keep` rejected with first, once nothing is worked on any more
 */
export async function runWindow(options: WindowOptions): Promise<void> {
  const { rows, concurrency, inOrder, signal, work, keep, onFailure } = options
  let working = 0
  let wake: () => void = () => {}
  /** Order in which rows were begun. */
  const begun: number[] = []
  const ended = new Map<number, ResultLine | undefined>()
  let isKeeping = false
  let kept: Promise<void> = Promise.resolve()
  let failure: { error: unknown } | undefined
  let canKeep = true

  const fail = (error: unknown): void => {
    failure ??= { error }
    onFailure()
  }

  const takeEnded = (): ResultLine[] => {
    const results: ResultLine[] = []
    if (inOrder) {
      while (begun.length > 0 && ended.has(begun[0] as number)) {
        const number = begun.shift() as number
        const result = ended.get(number)
        ended.delete(number)
        // What comes after a row that has no line would close the gap on resuming.
        if (result === undefined) begun.unshift(-1)
        else results.push(result)
      }
      return results
    }
    for (const result of ended.values()) if (result !== undefined) results.push(result)
    ended.clear()
    return results
  }

  /** One write at a time; what ends meanwhile is written together next. */
  const keepEnded = (): Promise<void> => {
    if (!isKeeping) {
      isKeeping = true
      kept = keepAll()
    }
    return kept
  }

  const keepAll = async (): Promise<void> => {
    try {
      for (let results = takeEnded(); canKeep && results.length > 0; results = takeEnded())
        await keep(results)
    } catch (error) {
      // What comes later may not stand where this was to be.
      canKeep = false
      fail(error)
    } finally {
      // In the same turn as nothing was found: what ends later finds nobody at work and begins anew.
      isKeeping = false
    }
  }

  const full = (): boolean =>
    working >= concurrency || (inOrder && working > 0 && ended.size >= concurrency * reach)
  const change = (): Promise<void> => new Promise((resolve) => (wake = resolve))

  for await (const row of rows) {
    if (signal.aborted || failure !== undefined) break
    if (inOrder) begun.push(row.number)
    working++
    void work(row)
      .catch((error: unknown) => {
        fail(error)
        return undefined
      })
      .then((result) => {
        ended.set(row.number, result)
        working--
        void keepEnded()
        wake()
      })
    while (full()) await change()
  }
  while (working > 0) await change()
  await keepEnded()
  if (failure !== undefined) throw failure.error
}
