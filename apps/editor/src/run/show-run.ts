import type { WebhookDelivery } from '@woolgather/protocol'
import {
  isChart,
  type ChartData,
  type Json,
  type NodeDescription,
  type OutputValue,
  type RunError,
} from '@woolgather/workflow'
import type { CellRun, NodeRun } from './run-state.ts'

/** The cell a node shows: the one that changed last. */
export function latestCell(node: NodeRun | undefined): CellRun | undefined {
  return node?.cells[node.latest]
}

/**
 * Milliseconds a node took: of one cell its own, of several from the first start to the last end. They run at the
 * same time, so their sum would be longer than the run.
 */
export function timeTaken({ cells }: NodeRun): number {
  const timed = Object.values(cells).filter(({ ended }) => ended !== undefined)
  if (timed.length < 2) return timed[0]?.milliseconds ?? 0
  let first = Infinity
  let last = -Infinity
  for (const { started, ended = 0 } of timed) {
    first = Math.min(first, started ?? ended)
    last = Math.max(last, ended)
  }
  return last - first
}

/** What went wrong with a node: at the cell that changed last, else at the first that failed. */
export function firstFailure(node: NodeRun | undefined): RunError | undefined {
  if (node?.status !== 'failed') return latestCell(node)?.error
  return latestCell(node)?.error ?? Object.values(node.cells).find(({ error }) => error)?.error
}

/** Whether a node has a place for its result: ends of the graph, and whatever streams text or once did. */
export function showsResult(description: NodeDescription | undefined, node: NodeRun | undefined): boolean {
  const cell = latestCell(node)
  if (!cell) return false
  if (cell.text !== '' || chartOf(cell) || (node && hasStreamed(node))) return true
  if (cell.outputs?.[shading] !== undefined) return true
  return cell.outputs !== undefined && (description?.sink === true || isCachedText(description, cell))
}

/** How what a cell does goes, or went. */
export function chartOf({ chart, outputs = {} }: CellRun): ChartData | undefined {
  return chart ?? Object.values<unknown>(outputs).find((value) => isChart(value))
}

/** Types of outputs that say something to who reads them. */
const readable: ReadonlySet<string> = new Set(['text', 'json', 'list', 'table', 'messages'])

/**
 * Whether a node made something to read that is not what was typed into it. Of one that nothing is linked from, nothing
 * else shows it.
 */
export function madeReadable(
  description: NodeDescription | undefined,
  node: NodeRun | undefined,
  inputs: Readonly<Record<string, Json>> = {},
): boolean {
  const outputs = latestCell(node)?.outputs ?? {}
  const name = mainOutputName(Object.keys(outputs))
  const output = description?.outputs.find((one) => one.name === name)
  return (
    output !== undefined &&
    readable.has(output.type) &&
    !Object.values(inputs).includes(outputs[output.name] as Json)
  )
}

/** Whether any cell of a sweep streamed text: the one that changed last may have come from the cache. */
function hasStreamed({ cells }: NodeRun): boolean {
  for (const key in cells) if (cells[key]?.text !== '' || cells[key]?.canvas !== undefined) return true
  return false
}

/** Text from the cache never streamed. A sole text output is left out: it is the field above it over again. */
function isCachedText(description: NodeDescription | undefined, cell: CellRun): boolean {
  const tellsMore = (description?.outputs.length ?? 0) > 1
  return cell.status === 'cached' && tellsMore && cell.outputs?.['text'] !== undefined
}

/** What to show as the result: the streamed text while it grows, then the output that says the most. */
export function mainOutput(cell: CellRun): OutputValue | undefined {
  const outputs = cell.outputs
  if (!outputs) return cell.text === '' ? undefined : cell.text
  return outputs[mainOutputName(Object.keys(outputs)) ?? '']
}

/** The output of a dataset that shows what is learnt. */
const shading = 'shading'

/** The output that says the most. */
export function mainOutputName(names: readonly string[]): string | undefined {
  return ['text', 'value', 'file', shading].find((name) => names.includes(name)) ?? names[0]
}

/** Values short enough to stand beside the output's name. */
export function shortValue(value: OutputValue | undefined): string | undefined {
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 1 ? '1 item' : `${value.length || 'no'} items`
  if (typeof value === 'string' && value.length <= 20 && !value.includes('\n')) return value
  return undefined
}

// Made once: a formatter costs more to make than to use, and progress formats on every event.
const whole = new Intl.NumberFormat('en')
const large = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** Where there is little room: 2M for 2,000,000. */
export function formatTick(value: number): string {
  return Math.abs(value) >= 10_000 ? short.format(value) : formatNumber(value)
}

export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return whole.format(value)
  return (Math.abs(value) >= 100 ? large : small).format(value)
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1) return '<1 ms'
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** 43 M, 7.2 B: how people call the size of a model. */
export function formatParameters(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(count < 1e10 ? 1 : 0)} B`
  if (count >= 1e6) return `${Math.round(count / 1e6)} M`
  return `${Math.round(count / 1e3)} k`
}

/** Whether who wanted to know of its end was told. */
export function tellWebhook({ name, state, attempts, error }: WebhookDelivery): string {
  if (state === 'delivered') return `Webhook “${name}” was told`
  const why = error === undefined ? '' : `: ${error.message}`
  if (state === 'failed') return `Webhook “${name}” was not told${why}`
  return attempts === 0 ? `Webhook “${name}” is told at the end` : `Webhook “${name}” is tried again${why}`
}
