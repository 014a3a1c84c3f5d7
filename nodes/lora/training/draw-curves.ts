import type { HistoryRow } from '@woolgather/train'
import type { ChartData } from '@woolgather/workflow'

/** Points of a line, at most. */
const mostPoints = 40

/**
 * Losses as lines: of what is learnt the mean of every few steps, and of what is held back what was measured last in them.
 * @param evaluateEvery steps from one evaluation to the next; undefined: nothing is held back
 */
export function drawCurves(history: readonly HistoryRow[], evaluateEvery: number | undefined): ChartData {
  const unit = evaluateEvery ?? 1
  const every = unit * Math.max(1, Math.ceil(history.length / unit / mostPoints))
  const parts = Array.from({ length: Math.ceil(history.length / every) }, (_, at) =>
    history.slice(at * every, (at + 1) * every),
  )
  const learnt = parts.map((rows) => rounded(rows.reduce((sum, { loss }) => sum + loss, 0) / rows.length))
  const held = parts.map((rows) => {
    const last = rows.findLast(({ evaluationLoss }) => evaluationLoss !== null)?.evaluationLoss
    return typeof last === 'number' ? rounded(last) : null
  })
  const lines = evaluateEvery === undefined ? [learnt] : [learnt, held]
  return {
    kind: 'line',
    title: '',
    x: { id: 'step', label: 'step', values: parts.map((rows) => String(rows.at(-1)!.step)) },
    series: { id: 'loss', label: 'loss', values: ['learnt', 'held back'].slice(0, lines.length) },
    means: lines,
    counts: lines.map((line) => line.map((value) => Number(value !== null))),
  }
}

/** As many digits as a line shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
