import { isArtifactRef, type ArtifactRef, type OutputValue } from '../events/events.ts'
import type { Json } from '../json/json.ts'
import type { LabelledAxis, LabelledCell, LabelledValue } from './labelled.ts'
import type { Plan, PlanAxis, PlanNode } from '../plan/plan.ts'
import { sortByCoordinate, valuesOfAxis } from './coordinates.ts'
import { resolveOutput, type ReadArtifact } from './read-artifact.ts'
import type { SettledCell, SettledCells } from './settled-cell.ts'

/** What a run gave: node → output → value, a labelled value where something is swept. */
export type Outputs = Record<string, Record<string, Json>>

/** An output as JSON; undefined where it is not there yet. */
export type ReadOutput = (value: OutputValue) => Json | undefined

/**
 * The outputs of a run's targets, from its plan and the cells that have ended: whole values, labelled by their axes where
 * something is swept. An output that was not made, because its node failed or was skipped, is left out; over axes it is a
 * cell that says so.
 */
export function assembleOutputs(plan: Plan, cells: SettledCells, read: ReadOutput): Outputs {
  const outputs: Outputs = {}
  for (const target of plan.targets) {
    if (target.output === undefined) continue
    const settled = cells.get((plan.nodes[target.node] as PlanNode).path) ?? []
    const axes = target.axes.filter((axis) => axis !== target.spread)
    const value =
      axes.length === 0
        ? readSingle(settled, target.sourceOutput, read)
        : label(settled, target.sourceOutput, axes, { plan, cells, read })
    if (value !== undefined) (outputs[target.path] ??= {})[target.output] = value
  }
  return outputs
}

/** The same, with the outputs that are too long for events fetched first. @throws Error where one is gone */
export async function fetchOutputs(
  plan: Plan,
  cells: SettledCells,
  readArtifact: ReadArtifact,
): Promise<Outputs> {
  const missing = new Map<string, ArtifactRef>()
  const fetched = new Map<string, Json>()
  const nameOf = ({ artifact, type }: ArtifactRef): string => `${artifact} ${type}`
  const read: ReadOutput = (value) => {
    if (!isArtifactRef(value)) return value
    const name = nameOf(value)
    if (!fetched.has(name)) missing.set(name, value)
    return fetched.get(name)
  }
  const outputs = assembleOutputs(plan, cells, read)
  if (missing.size === 0) return outputs
  for (const [name, reference] of missing) fetched.set(name, await resolveOutput(reference, readArtifact))
  return assembleOutputs(plan, cells, read)
}

interface Run {
  plan: Plan
  cells: SettledCells
  read: ReadOutput
}

function readSingle(settled: readonly SettledCell[], output: string, read: ReadOutput): Json | undefined {
  const last = settled.at(-1)
  const value = last && 'outputs' in last ? last.outputs[output] : undefined
  return value === undefined ? undefined : read(value)
}

function label(settled: readonly SettledCell[], output: string, along: readonly number[], run: Run): Json {
  const axes = along.map((index) => describeAxis(run.plan.axes[index] as PlanAxis, run))
  const cells = settled.flatMap((cell) => labelCell(cell, output, run.read))
  const value: LabelledValue = { axes, cells: sortByCoordinate(cells, axes) }
  return value as unknown as Json
}

function labelCell(cell: SettledCell, output: string, read: ReadOutput): LabelledCell[] {
  const { at } = cell
  if ('error' in cell) return [{ at, error: cell.error }]
  if ('skipped' in cell) return [{ at, skipped: cell.skipped }]
  const given = cell.outputs[output]
  const value = given === undefined ? undefined : read(given)
  return value === undefined ? [] : [{ at, value }]
}

function describeAxis(axis: PlanAxis, { plan, cells, read }: Run): LabelledAxis {
  const maker = plan.nodes[axis.maker] as PlanNode
  const within = axis.within.map((index) => (plan.axes[index] as PlanAxis).id)
  const output = maker.description.outputs.find(({ spreads }) => spreads)?.name ?? ''
  const makers = (cells.get(maker.path) ?? []).filter((cell) => 'outputs' in cell)
  const values = valuesOfAxis(makers, within, (outputs) => {
    const value = outputs[output]
    const list = value === undefined ? undefined : read(value)
    return Array.isArray(list) ? list : undefined
  })
  return { id: axis.id, label: axis.label, ...values }
}
