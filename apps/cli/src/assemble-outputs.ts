import {
  isArtifactRef,
  type Coordinate,
  type Json,
  type LabelledAxis,
  type LabelledCell,
  type LabelledValue,
  type OutputValue,
  type Plan,
  type PlanAxis,
  type PlanNode,
} from '@woolgather/workflow'
import type { CellEnd } from './collect-run.ts'

export type Outputs = Record<string, Record<string, Json>>

export interface AssembleOptions {
  plan: Plan
  cells: ReadonlyMap<string, readonly CellEnd[]>
  /** Bytes of an output too long for an event. */
  readArtifact: (hash: string) => Promise<Uint8Array | undefined>
}

/**
 * The outputs of a run's targets: whole values, labelled by their axes where something is swept. An output that was
 * not made, because its node failed or was skipped, is left out; over axes it is a cell that says so.
 */
export async function assembleOutputs({ plan, cells, readArtifact }: AssembleOptions): Promise<Outputs> {
  const resolve = (value: OutputValue): Promise<Json> => resolveValue(value, readArtifact)
  const outputs: Outputs = {}
  for (const target of plan.targets) {
    if (target.output === undefined) continue
    const ends = cells.get(pathOf(plan, target.node)) ?? []
    const axes = target.axes
      .map((index) => plan.axes[index] as PlanAxis)
      .filter(({ index }) => index !== target.spread)
    const value =
      axes.length === 0
        ? await resolveSingle(ends, target.sourceOutput, resolve)
        : await labelled(ends, target.sourceOutput, axes, { plan, cells, resolve })
    if (value !== undefined) (outputs[target.path] ??= {})[target.output] = value
  }
  return outputs
}

type Resolve = (value: OutputValue) => Promise<Json>

async function resolveSingle(
  ends: readonly CellEnd[],
  output: string,
  resolve: Resolve,
): Promise<Json | undefined> {
  const end = ends.at(-1)
  const value = end && 'outputs' in end ? end.outputs[output] : undefined
  return value === undefined ? undefined : resolve(value)
}

async function labelled(
  ends: readonly CellEnd[],
  output: string,
  axes: readonly PlanAxis[],
  { plan, cells, resolve }: { plan: Plan; cells: AssembleOptions['cells']; resolve: Resolve },
): Promise<Json> {
  const value: LabelledValue = { axes: [], cells: [] }
  for (const axis of axes) value.axes.push(await describeAxis(axis, { plan, cells, resolve }))
  for (const end of ends) value.cells.push(...(await describeCell(end, output, resolve)))
  const order = value.axes.map(({ id }) => id)
  value.cells.sort((a, b) => compareCoordinates(a.at, b.at, order))
  return value as unknown as Json
}

async function describeCell(end: CellEnd, output: string, resolve: Resolve): Promise<LabelledCell[]> {
  if (!('outputs' in end)) return [end]
  const value = end.outputs[output]
  return value === undefined ? [] : [{ at: end.at, value: await resolve(value) }]
}

/** An axis with the values its maker gave it: one list, or one per place where it lies within others. */
async function describeAxis(
  axis: PlanAxis,
  { plan, cells, resolve }: { plan: Plan; cells: AssembleOptions['cells']; resolve: Resolve },
): Promise<LabelledAxis> {
  const maker = plan.nodes[axis.maker] as PlanNode
  const within = axis.within.map((index) => (plan.axes[index] as PlanAxis).id)
  const output = maker.description.outputs.find(({ spreads }) => spreads)?.name ?? ''
  const lists: Record<string, Json[]> = {}
  for (const end of cells.get(maker.path) ?? []) {
    const value = 'outputs' in end ? end.outputs[output] : undefined
    const list = value === undefined ? undefined : await resolve(value)
    if (Array.isArray(list)) lists[within.map((id) => end.at[id]).join(',')] = list
  }
  return within.length === 0
    ? { id: axis.id, label: axis.label, values: lists[''] ?? [] }
    : { id: axis.id, label: axis.label, values: lists, within }
}

/** An output as JSON, fetched where it was too long for an event. @throws Error where it is gone */
export async function resolveValue(
  value: OutputValue,
  readArtifact: AssembleOptions['readArtifact'],
): Promise<Json> {
  if (!isArtifactRef(value)) return value
  const bytes = await readArtifact(value.artifact)
  if (bytes === undefined)
    throw new Error(`An output of ${value.bytes} bytes is no longer in the data folder.`)
  const text = new TextDecoder().decode(bytes)
  return value.type.startsWith('application/json') ? (JSON.parse(text) as Json) : text
}

function compareCoordinates(a: Coordinate, b: Coordinate, order: readonly string[]): number {
  for (const id of order) {
    const difference = (a[id] ?? -1) - (b[id] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

function pathOf(plan: Plan, node: number): string {
  return (plan.nodes[node] as PlanNode).path
}
