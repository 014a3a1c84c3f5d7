import { WoolgatherError, type Json, type LabelledValue, type PlanLink } from '@woolgather/workflow'
import { canonicalJson } from '../values/content.ts'
import { convert } from '../values/convert.ts'
import type { Cell, RunInputValues } from './cell.ts'
import type { CellGraph } from './cell-graph.ts'
import { labelledOf } from './labelled.ts'
import { parseInput, type LinkedInput, type PreparedInputs } from './prepare-inputs.ts'
import type { Walk } from './walk.ts'

/** Gets the value of a lazy input when a node asks for it. */
export type AskFor = (cell: Cell, link: PlanLink) => Promise<Json>

/**
 * The inputs of a cell whose sources are settled: literals, and what came over links, converted and checked.
 * @throws WoolgatherError invalid-input, unknown-output
 */
export function gatherInputs(
  cell: Cell,
  prepared: PreparedInputs,
  graph: CellGraph,
  ask: AskFor,
): RunInputValues {
  if (prepared.problem !== undefined) throw prepared.problem
  const inputs: RunInputValues = { ...prepared.fixed, dynamic: prepared.dynamic }
  if (prepared.linked.length === 0) return inputs
  for (const input of prepared.linked) {
    const values = input.links.map((number) => readLink(cell, number, input, graph, ask))
    const value = input.definition?.multiple === true ? values : values[0]
    if (input.definition !== undefined) inputs[input.name] = value
    else inputs.dynamic = { ...inputs.dynamic, [input.name]: value as Json }
  }
  return inputs
}

function readLink(cell: Cell, number: number, input: LinkedInput, graph: CellGraph, ask: AskFor): unknown {
  const link = cell.owner.plan.links[number] as PlanLink
  const { path } = cell.owner.plan
  const check = (value: Json): unknown =>
    parseInput(path, input.name, input.definition, input.to, convert(value, link.type, input.to))
  if (link.lazy) return async () => check(await ask(cell, link))
  if (link.keeps !== undefined) return collect(cell, number, link, graph)
  return check(valueAt(cell, link, graph))
}

/** What a link that does not collect brings to a cell. */
export function valueAt(cell: Cell, link: PlanLink, graph: CellGraph): Json {
  const source = graph.cellBelow(cell, graph.node(link.source))
  const value = source.value(link.output, itemOf(cell, link))
  if (value !== undefined) return value
  const outputs = Object.keys(source.outputs ?? {}).map((name) => `\`${name}\``)
  const hint = `It has ${outputs.length === 0 ? 'none' : outputs.join(', ')}.`
  const message = `\`${source.owner.plan.path}\` gave no output \`${link.output}\`.`
  throw new WoolgatherError('unknown-output', message, { input: link.input, hint })
}

function itemOf(cell: Cell, { spread }: PlanLink): number | undefined {
  return spread === undefined ? undefined : cell.owner.space.indexAlong(cell.point, spread)
}

function collect(cell: Cell, number: number, link: PlanLink, graph: CellGraph): LabelledValue {
  const kept = link.spread !== undefined && link.keeps?.includes(link.spread) === true
  const item = kept ? itemOf(cell, link) : undefined
  const walk = cell.walks?.[number] as Walk
  const labelled = labelledOf(graph, walk, { output: link.output, spread: link.spread, item })
  if (link.type === link.to || link.to === 'any') return labelled
  const cells = labelled.cells.map((found) =>
    'value' in found ? { at: found.at, value: convert(found.value, link.type, link.to) } : found,
  )
  return { axes: labelled.axes, cells }
}

/** Content id of each input that came over a link, for the cache key and for saying what changed. */
export function linkedIds(
  cell: Cell,
  prepared: PreparedInputs,
  inputs: RunInputValues,
  graph: CellGraph,
): Record<string, string> {
  const ids: Record<string, string> = {}
  for (const input of prepared.linked) {
    const { links } = input
    const id = (number: number): string => linkedId(cell, number, input, inputs, graph)
    ids[input.name] = links.length === 1 ? id(links[0] as number) : links.map(id).join('\n')
  }
  return ids
}

function linkedId(
  cell: Cell,
  number: number,
  input: LinkedInput,
  inputs: RunInputValues,
  graph: CellGraph,
): string {
  const link = cell.owner.plan.links[number] as PlanLink
  if (link.keeps !== undefined) return canonicalJson(collectedOf(inputs, input, number) as unknown as Json)
  return graph.cellBelow(cell, graph.node(link.source)).idOf(link.output, itemOf(cell, link))
}

function collectedOf(inputs: RunInputValues, input: LinkedInput, number: number): unknown {
  const value = inputs[input.name]
  return input.definition?.multiple === true ? (value as unknown[])[input.links.indexOf(number)] : value
}
