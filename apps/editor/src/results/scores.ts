import type { OutputValue } from '@woolgather/workflow'
import type { ResultCell, ResultSet } from './result-set.ts'

/** What cells can be coloured and sorted by: a number of each cell. */
export interface Score {
  id: string
  title: string
  of: (cell: ResultCell, text: string) => number | undefined
}

const time: Score = { id: '$time', title: 'time taken', of: ({ milliseconds }) => milliseconds }
const words: Score = { id: '$words', title: 'words', of: (_, text) => text.match(/\S+/g)?.length }
const value: Score = { id: '$value', title: 'value', of: (cell) => asNumber(cell.value) }

/** The scores the cells of a set have: their own value, else their words; what else their node counted; time. */
export function scoresOf({ cells }: ResultSet): Score[] {
  const numeric = cells.some((cell) => asNumber(cell.value) !== undefined)
  const names = new Set(
    cells.flatMap(({ outputs = {} }) =>
      Object.keys(outputs).filter((name) => asNumber(outputs[name]) !== undefined),
    ),
  )
  const counted = [...names].map((name): Score => ({
    id: name,
    title: name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase(),
    of: ({ outputs }) => asNumber(outputs?.[name]),
  }))
  const timed = cells.some(({ milliseconds }) => milliseconds !== undefined)
  return [numeric ? value : words, ...counted, ...(timed ? [time] : [])]
}

/** How far a score lies between the least and the greatest, 0 to 1; nothing where all are the same. */
export function scaleOf(
  scores: Iterable<number | undefined>,
): (score: number | undefined) => number | undefined {
  let least = Infinity
  let greatest = -Infinity
  for (const score of scores) {
    if (score === undefined) continue
    least = Math.min(least, score)
    greatest = Math.max(greatest, score)
  }
  return (score) =>
    score === undefined || !(greatest > least) ? undefined : (score - least) / (greatest - least)
}

export function asNumber(value: OutputValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  return undefined
}
