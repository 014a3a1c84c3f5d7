import { expect, test } from 'vitest'
import type { Row } from './read-rows.ts'
import type { ResultLine } from './result-line.ts'
import { runWindow } from './run-window.ts'

const line = (row: number): ResultLine => ({
  row,
  status: 'completed',
  outputs: {},
  errors: [],
  carried: {},
  rowHash: '',
})

async function* rows(count: number): AsyncGenerator<Row> {
  for (let number = 0; number < count; number++)
    yield { number, line: number + 1, values: {}, quoted: new Set() }
}

/** What is due in this turn of the event loop, and what that brings, has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.each(Array.from({ length: 16 }, (_, moments) => moments))(
  'a row that ends while another is being kept, which takes %i moments, is kept next, while a third still runs',
  async (moments) => {
    const kept: number[] = []
    let firstIsKept: () => void = () => {}
    const afterFirst = new Promise<void>((resolve) => (firstIsKept = resolve))
    let end: () => void = () => {}
    const ended = new Promise<void>((resolve) => (end = resolve))
    const work = async ({ number }: Row): Promise<ResultLine> => {
      if (number === 2) await ended
      if (number === 1) await afterFirst
      return line(number)
    }
    const keep = async (lines: readonly ResultLine[]): Promise<void> => {
      kept.push(...lines.map(({ row }) => row))
      firstIsKept()
      for (let i = 0; i < moments; i++) await Promise.resolve()
    }
    const { signal } = new AbortController()
    const window = runWindow({
      rows: rows(3),
      concurrency: 3,
      inOrder: true,
      signal,
      work,
      keep,
      onFailure: () => {},
    })
    await settled()
    expect(kept).toEqual([0, 1])
    end()
    await window
    expect(kept).toEqual([0, 1, 2])
  },
)
