import { randomUUID } from 'node:crypto'
import type { RunRequest, WorkerHandle } from '@woolgather/supervisor'
import { apiOutputs, type Json, type Plan, type RunError, type Workflow } from '@woolgather/workflow'
import { assembleOutputs, type AssembleOptions, type Outputs } from '../assemble-outputs.ts'
import { createCollector } from '../collect-run.ts'
import { createCellNames, type CellNames } from '../progress/name-cells.ts'
import { CliError } from '../cli-error.ts'
import type { Row } from './read-rows.ts'
import type { RowResult } from './result-file.ts'

/** Whatever takes runs: a worker process, or a server. */
export type Runner = Pick<WorkerHandle, 'run'>

export interface WorkRowOptions {
  runner: Runner
  plan: Plan
  targets: string[] | undefined
  seeds: RunRequest['seeds']
  /** How the outputs of a row are named. */
  names: OutputName[]
  readArtifact: AssembleOptions['readArtifact']
  signal: AbortSignal
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

/** Runs one row, and tells what went wrong in it; undefined where it was cancelled. */
export async function workRow(
  row: Row,
  workflow: Workflow,
  options: WorkRowOptions,
): Promise<RowResult | undefined> {
  const names = createCellNames(options.plan, options.readArtifact)
  const result = await runRow(row, workflow, options, names)
  if (result && result.errors.length > 0) options.onErrors(result.errors, (error) => names.nameOf(error))
  return result
}

async function runRow(
  row: Row,
  workflow: Workflow,
  options: WorkRowOptions,
  names: CellNames,
): Promise<RowResult | undefined> {
  const collector = createCollector()
  const { runner, targets, seeds, signal } = options
  const { plan, readArtifact } = options
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
    if (status === 'cancelled' || status === 'interrupted') return undefined
    const { cells, errors: told } = collector.result()
    errors.push(...told)
    await Promise.all(learning)
    const outputs = pick(await assembleOutputs({ plan, cells, readArtifact }), options.names)
    return { row: row.number, status, outputs, errors }
  } catch (error) {
    if (error instanceof CliError) errors.push(...error.issues)
    if (error instanceof CliError) return { row: row.number, status: 'failed', outputs: {}, errors }
    return { row: row.number, status: 'failed', outputs: {}, errors: [...errors, asError(error)] }
  }
}

function pick(outputs: Outputs, names: readonly OutputName[]): Record<string, Json> {
  const picked: Record<string, Json> = {}
  for (const { name, node, output } of names) {
    const value = outputs[node]?.[output]
    if (value !== undefined) picked[name] = value
  }
  return picked
}

function asError(thrown: unknown): RunError {
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown) }
}
