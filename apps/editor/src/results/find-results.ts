import {
  isArtifactRef,
  isLearntText,
  tellLearnt,
  valuesOfAxis,
  type ArtifactRef,
  type ChartData,
  type Coordinate,
  type Json,
  type LabelledAxis,
  type LabelledCell,
  type NodeDescription,
  type OutputValue,
  type WorkflowNode,
} from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'
import type { NodeRun } from '../run/run-state.ts'
import { mainOutputName } from '../run/show-run.ts'
import { titleOf } from '../ui/describe-node.ts'
import {
  resultOfCells,
  resultOfLabelled,
  resultOfTable,
  type ResultAxis,
  type ResultSet,
} from './result-set.ts'
import { recogniseValue } from './value-kind.ts'

/** What finding the results of a node needs to look at; runs are those shown, this one's or the one before's. */
export interface Surroundings {
  nodes: Readonly<Record<string, WorkflowNode>>
  types: ReadonlyMap<string, NodeDescription>
  runOf: (node: string) => NodeRun | undefined
  /** What makes an axis, by its instance path: it may be in another graph, around this one or inside a node of it. */
  makerOf: (axis: string) => AxisMaker
  /** An output as JSON, undefined while it is being fetched. */
  read: (value: OutputValue | undefined) => Json | undefined
}

interface AxisMaker {
  node: WorkflowNode | undefined
  run: NodeRun | undefined
}

export type NodeResults =
  /** `maker`: the node whose cells these are; absent where they are no node's cells. */
  | { kind: 'grid'; set: ResultSet; output: string; outputs: string[]; maker?: string | undefined }
  | { kind: 'chart'; chart: ChartData }
  /** Long outputs that have to be fetched first. */
  | { kind: 'wait'; references: ArtifactRef[] }

/** What there is to see of a node besides a text: cells over axes, a labelled value, a table, or a chart. */
export function findResults(
  id: string,
  wanted: string | undefined,
  around: Surroundings,
): NodeResults | undefined {
  const run = around.runOf(id)
  const description = around.types.get(around.nodes[id]?.type ?? '')
  const special = run && description?.sink === true ? findSpecial(id, run, description, around) : undefined
  if (special) return special
  if (run && isSwept(run)) return gridOfCells(id, run, wanted, around)
  return collectsForGrid(description) ? gridOfSource(id, around) : undefined
}

function isSwept(run: NodeRun): boolean {
  return Object.keys(run.cells).length > 1
}

/** A value with a view of its own among the outputs of a node made to be looked at. */
function findSpecial(
  id: string,
  run: NodeRun,
  description: NodeDescription,
  around: Surroundings,
): NodeResults | undefined {
  const references: ArtifactRef[] = []
  const telling = description.outputs.filter(
    ({ type }) => type === 'json' || type === 'any' || type === 'table',
  )
  // Labelled values say more than the table made of them.
  for (const { name } of telling.sort((a, b) => Number(a.type === 'table') - Number(b.type === 'table'))) {
    const outputs = Object.values(run.cells).flatMap(({ at, outputs: given }) =>
      given?.[name] === undefined ? [] : [{ at, value: given[name] }],
    )
    const missing = outputs.flatMap(({ value }) =>
      isArtifactRef(value) && around.read(value) === undefined ? [value] : [],
    )
    references.push(...missing)
    if (missing.length > 0) continue
    const found = special(id, name, outputs, around)
    if (found) return found
  }
  return references.length > 0 ? { kind: 'wait', references } : undefined
}

function special(
  id: string,
  output: string,
  values: { at: Coordinate; value: OutputValue }[],
  around: Surroundings,
): NodeResults | undefined {
  const shown = values.map(({ at, value }) => ({ at, shown: recogniseValue(around.read(value)) }))
  const last = shown.at(-1)?.shown
  if (last?.kind === 'chart') return { kind: 'chart', chart: last.value }
  if (last?.kind === 'table' && shown.length === 1)
    return { kind: 'grid', set: resultOfTable(last.value), output, outputs: [output] }
  if (last?.kind !== 'labelled') return undefined
  const outer = axesOf(
    shown.map(({ at }) => at),
    around,
  )
  const inner = new Map<string, LabelledAxis>()
  const cells = shown.flatMap(({ at, shown: part }): LabelledCell[] => {
    if (part?.kind !== 'labelled') return []
    for (const axis of part.value.axes) inner.set(axis.id, axis)
    return part.value.cells.map((cell) => ({ ...cell, at: { ...at, ...cell.at } }))
  })
  const source = sourceOf(id, around)
  const set = resultOfLabelled(
    { axes: [...outer, ...inner.values()], cells },
    (axis) => isIteration(axis, around),
    source?.run.cells,
  )
  return { kind: 'grid', set, output, outputs: [output], maker: source?.node }
}

function gridOfCells(
  maker: string,
  run: NodeRun,
  wanted: string | undefined,
  around: Surroundings,
): NodeResults {
  const cells = Object.values(run.cells)
  const outputs = [...new Set(cells.flatMap((cell) => Object.keys(cell.outputs ?? {})))]
  const output =
    wanted !== undefined && outputs.includes(wanted) ? wanted : (mainOutputName(outputs) ?? 'text')
  const axes = axesOf(
    cells.map(({ at }) => at),
    around,
  )
  return { kind: 'grid', set: resultOfCells(axes, cells, output), output, outputs, maker }
}

/** Before a collecting node ran, the cells it waits for say how far they are. */
function gridOfSource(id: string, around: Surroundings): NodeResults | undefined {
  const source = sourceOf(id, around)
  return source && isSwept(source.run)
    ? gridOfCells(source.node, source.run, source.output, around)
    : undefined
}

function collectsForGrid(description: NodeDescription | undefined): boolean {
  return (
    description?.sink === true &&
    description.inputs.some(({ collects }) => collects) &&
    description.outputs.some(({ type }) => type === 'table')
  )
}

/** Where the values of a collecting node come from. */
function sourceOf(
  id: string,
  around: Surroundings,
): { node: string; run: NodeRun; output: string } | undefined {
  const node = around.nodes[id]
  const input = around.types.get(node?.type ?? '')?.inputs.find(({ collects }) => collects)
  const link = node && input ? linksInto(node, input.name)[0] : undefined
  const run = link && around.runOf(link[0])
  return run && { node: link[0], run, output: link[1] }
}

/** The axes of some coordinates, with the values their makers gave them in the same run. */
export function axesOf(places: readonly Coordinate[], around: Surroundings): ResultAxis[] {
  const ids = new Set(places.flatMap((at) => Object.keys(at)))
  return [...ids].map((id) => {
    const { node, run } = around.makerOf(id)
    const label = node?.inputs?.['label']
    return {
      id,
      label:
        typeof label === 'string' && label !== ''
          ? label
          : (node?.view?.title ?? (node ? (id.split('/').at(-1) ?? id) : titleOf(node, undefined))),
      iteration: isIteration(id, around),
      ...valuesOf(run, around),
    }
  })
}

function valuesOf(run: NodeRun | undefined, { read }: Surroundings): Pick<ResultAxis, 'values' | 'within'> {
  const cells = Object.values(run?.cells ?? {})
  return valuesOfAxis(cells, Object.keys(cells[0]?.at ?? {}), (outputs) => {
    const lists = Object.values(outputs)
      .map(read)
      .filter((value): value is Json[] => Array.isArray(value))
    const [first, ...others] = lists
    if (!first || others.length === 0) return first
    return first.map((_, at) => lists.map((column) => asText(column[at])).join(' · '))
  })
}

function isIteration(axis: string, { makerOf, types }: Surroundings): boolean {
  return types.get(makerOf(axis).node?.type ?? '')?.zone === 'end'
}

function asText(value: Json | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** What the results of a node depend on: the runs of itself and its sources, and what makes their axes. */
export function nodesBehind(
  id: string,
  { nodes, runOf }: Pick<Surroundings, 'nodes' | 'runOf'>,
): { close: string[]; axes: { axis: string; of: string }[] } {
  const node = nodes[id]
  const sources = Object.keys(node?.links ?? {}).flatMap((input) =>
    linksInto(node!, input).map(([from]) => from),
  )
  const close = [...new Set([id, ...sources])]
  const axes = new Map<string, string>()
  for (const of of close) for (const axis of axesOfFirst(runOf(of))) if (!axes.has(axis)) axes.set(axis, of)
  return { close, axes: [...axes].map(([axis, of]) => ({ axis, of })) }
}

/** Axes of a run's first cell, without listing all of them: this is asked on every event. */
function axesOfFirst(run: NodeRun | undefined): string[] {
  for (const key in run?.cells) return Object.keys(run?.cells[key]?.at ?? {})
  return []
}

/** The text of a cell, streamed while it is not whole. */
export function textOfCell(
  cell: { value?: OutputValue | undefined; text: string },
  read: Surroundings['read'],
): string {
  const value = read(cell.value)
  if (value === undefined) return cell.text
  return isLearntText(value) ? tellLearnt(value) : asText(value)
}
