/** One row of logits and how much it counts. */
export interface WeightedRow {
  row: Float32Array
  coefficient: number
}

/**
 * Writes Σ coefficient · row into the first of the rows. Sampling does not change where a constant is added to all
 * logits, so rows need no normalising. Up to four rows are added in one pass over memory, which is what it costs.
 */
export function combineLogits(terms: readonly WeightedRow[]): void {
  const [first, second, third, fourth, ...others] = terms
  if (!first) return
  if (!second) scale(first.row, first.coefficient)
  else if (!third) combineTwo(first, second)
  else if (!fourth) combineThree(first, second, third)
  else {
    combineFour(first, second, third, fourth)
    if (others.length > 0) combineLogits([{ row: first.row, coefficient: 1 }, ...others])
  }
}

function scale(row: Float32Array, coefficient: number): void {
  if (coefficient === 1) return
  for (let index = 0; index < row.length; index++) row[index] = coefficient * row[index]!
}

function combineTwo({ row: a, coefficient: p }: WeightedRow, { row: b, coefficient: q }: WeightedRow): void {
  for (let index = 0; index < a.length; index++) a[index] = p * a[index]! + q * b[index]!
}

function combineThree(first: WeightedRow, second: WeightedRow, third: WeightedRow): void {
  const { row: a, coefficient: p } = first
  const { row: b, coefficient: q } = second
  const { row: c, coefficient: r } = third
  for (let index = 0; index < a.length; index++) {
    a[index] = p * a[index]! + q * b[index]! + r * c[index]!
  }
}

function combineFour(first: WeightedRow, second: WeightedRow, third: WeightedRow, fourth: WeightedRow): void {
  const { row: a, coefficient: p } = first
  const { row: b, coefficient: q } = second
  const { row: c, coefficient: r } = third
  const { row: d, coefficient: s } = fourth
  for (let index = 0; index < a.length; index++) {
    a[index] = p * a[index]! + q * b[index]! + r * c[index]! + s * d[index]!
  }
}
