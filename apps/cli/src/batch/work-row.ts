import { randomUUID } from 'node:crypto'
import type { RunRequest, WorkerHandle } from '@woolgather/supervisor'
import {
  apiOutputs,
  fetchOutputs,
  type Json,
  type Outputs,
  type Plan,
  type ReadArtifact,
  type RunError,
  type Workflow,
} from '@woolgather/workflow'
import { createCollector } from '../outcome/collect-run.ts'
import { CliError } from '../io/cli-error.ts'
import { createCellNames, type CellNames } from '../progress/name-cells.ts'
import { HostRefused } from '../running/ask-hosts.ts'
import { ServerGone } from '../running/server-runner.ts'
import type { BoundRow } from './bind-columns.ts'
import type { Row } from './read-rows.ts'
import type { ResultLine, RowResult } from './result-line.ts'

/** Whatever takes runs: a worker process, or a server. */
export type Runner = Pick<WorkerHandle, 'run'>

export interface WorkRowOptions {
  runner: Runner
  plan: Plan
  targets: string[] | undefined
  seeds: RunRequest['seeds']
  /** How the outputs of a row are named. */
  names: OutputName[]
  readArtifact: ReadArtifact
  signal: AbortSignal
  /** What its line says of the row itself. */
  about: Pick<ResultLine, 'inputs' | 'carried' | 'rowHash'>
  /** Told of what went wrong in a row, with how its cells are called. */
  onErrors: (errors: readonly RunError[], nameOf: CellNames['nameOf']) => void
}

/** An output of a row, under the name its column or field has. */
export interface OutputName {
  name: string
  node: string
  output: string
}

/** The `api/output` nodes by their names; where there are none every target as `node.output`. */
export function nameOutputs(workflow: Workflow, plan: Plan): OutputName[] {
  const named = apiOutputs(workflow).filter(({ node }) => plan.targets.some(({ path }) => path === node))
  if (named.length > 0) return named.map(({ name, node }) => ({ name, node, output: 'value' }))
  return plan.targets.flatMap(({ path, output }) =>
    output === undefined ? [] : [{ name: `${path}.${output}`, node: path, output }],
  )
}

/** How often a row is begun whose run the server lost: it stopped, or forgot it. */
const mostAttempts = 3

/**
 * Runs one row, and tells what went wrong in it; undefined where `signal` was aborted first.
 * @throws ServerGone where the server does not answer any more, HostRefused where nobody lets it download: neither says anything of the row
 */
export async function workRow(
  row: Row,
  { workflow, errors }: BoundRow,
  options: WorkRowOptions,
): Promise<ResultLine | undefined> {
  const names = createCellNames(options.plan, options.readArtifact)
  const end = errors.length > 0 ? failure(...errors) : await runRow(workflow, options, names)
  if (end === undefined) return undefined
  if (end.errors.length > 0) options.onErrors(end.errors, (error) => names.nameOf(error))
  return { row: row.number, ...end, ...options.about }
}

async function runRow(
  workflow: Workflow,
  options: WorkRowOptions,
  names: CellNames,
): Promise<RowEnd | undefined> {
  for (let attempt = 1; ; attempt++) {
    const end = await runOnce(workflow, options, names)
    if (end !== 'cancelled' && end !== 'lost') return end
    if (options.signal.aborted) return undefined
    if (end === 'cancelled') return failure(cancelled)
    if (attempt >= mostAttempts) return failure(lost)
  }
}

type RowEnd = Omit<RowResult, 'row'>

/** Or why there is no result. */
async function runOnce(
  workflow: Workflow,
  options: WorkRowOptions,
  names: CellNames,
): Promise<RowEnd | 'cancelled' | 'lost'> {
  const { runner, plan, targets, seeds, signal, readArtifact } = options
  const collector = createCollector()
  const errors: RunError[] = []
  const learning: Promise<void>[] = []
  try {
    const status = await runner.run({
      run: randomUUID(),
      workflow,
      targets,
      seeds,
      signal,
      onEvents: (events) => {
        for (const event of events) {
          collector.add(event)
          const learnt = names.learn(event)
          if (learnt) learning.push(learnt)
        }
      },
    })
    if (status === 'cancelled') return 'cancelled'
    if (status === 'interrupted') return 'lost'
    const { cells, errors: told } = collector.result()
    errors.push(...told)
    await Promise.all(learning)
    const outputs = pick(await fetchOutputs(plan, cells, readArtifact), options.names)
    return { status, outputs, errors }
  } catch (error) {
    if (error instanceof ServerGone) {
      if (signal.aborted) return 'cancelled'
      throw error
    }
    if (error instanceof HostRefused) throw error
    if (!(error instanceof CliError)) return failure(...errors, asError(error))
    return error.issues.some(({ code }) => code === 'run-not-found')
      ? 'lost'
      : failure(...errors, ...error.issues)
  }
}

function failure(...errors: RunError[]): RowEnd {
  return { status: 'failed', outputs: {}, errors }
}

const cancelled: RunError = {
  code: 'cancelled',
  message: 'The run of this row was cancelled on the server.',
  hint: 'Run it again with --retry-failed.',
}

const lost: RunError = {
  code: 'worker-lost',
  message: `The server lost the run of this row ${mostAttempts} times.`,
  hint: 'See why it stops, then run the row again with --retry-failed.',
}

function pick(outputs: Outputs, names: readonly OutputName[]): Record<string, Json> {
  return Object.fromEntries(
    names.flatMap(({ name, node, output }) => {
      const value = outputs[node]?.[output]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function asError(thrown: unknown): RunError {
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown) }
}
