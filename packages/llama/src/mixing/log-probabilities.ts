import { holdRow, rowBlock } from './kernels/row-kernels.ts'

/** ln Σ e^x over a row, to 2e-7, which is less than logits are precise to; NaN where one of them is. */
export function logSumExp(row: Float32Array): number {
  const held = holdRow(row)
  const most = held.largest()
  if (!Number.isFinite(most)) return row.some(Number.isNaN) ? NaN : most
  return most + Math.log(held.sumExponentials(most))
}

/** The `count` largest of a row, largest first; of equal ones the earlier token. */
export function topTokens(row: Float32Array, count: number): number[] {
  if (count === 0) return []
  const top: number[] = []
  let least = -Infinity
  const consider = (token: number): void => {
    const value = row[token]!
    if (value <= least && top.length === count) return
    let place = top.length
    while (place > 0 && row[top[place - 1]!]! < value) place--
    top.splice(place, 0, token)
    if (top.length > count) top.pop()
    if (top.length === count) least = row[top[count - 1]!]!
  }
  const considerFrom = (start: number): void => {
    const end = Math.min(start + rowBlock, row.length)
    for (let token = start; token < end; token++) consider(token)
  }
  let start = 0
  for (; start < row.length && top.length < count; start += rowBlock) considerFrom(start)
  // Nearly all of a large vocabulary is passed by.
  const held = holdRow(row)
  for (let next = held.nextAbove(start, least); next !== undefined; next = held.nextAbove(start, least)) {
    considerFrom(next)
    start = next + rowBlock
  }
  return top
}
