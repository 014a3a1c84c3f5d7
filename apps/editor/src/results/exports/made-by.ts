import {
  requiredModels,
  withSeeds,
  type NodeDescription,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import { linksInto } from '../../document/inputs-of.ts'
import { prefixOf } from '../../run/look-into-run.ts'
import type { Editor } from '../../store/editor.ts'
import { readOutput } from '../../store/artifact-store.ts'
import { madeIn, nodeRunOf } from '../../store/run-store.ts'
import type { Tab } from '../../store/tab.ts'
import type { Titled } from './exported-grid.ts'
import { nameSeeds, seedsOf, type ReadOutputs } from './name-seeds.ts'

/** What made a result. */
interface MadeBy {
  /** As it ran, with the seeds that were drawn and the models it needs. */
  workflow: Workflow
  /** Milliseconds since the epoch. */
  time: number
}

/**
 * What a file says of the results of a node: which workflow made them, and under which title and name it is saved. Where
 * nobody knows the workflow any more, that is told.
 * @param nodes the node, and the one whose cells it shows, by their ids in the graph that is drawn
 * @param said what stands in the caption before model, seed and day
 */
export async function describeExport(
  editor: Editor,
  tab: Tab,
  nodes: readonly [node: string, ...makers: string[]],
  title: string,
  said: readonly string[] = [],
): Promise<Titled & { fileName: string }> {
  const { history, path } = tab.document.getState()
  const prefix = prefixOf(path)
  const made = await findMadeBy(
    editor,
    tab,
    nodes.map((id) => prefix + id),
  )
  if (!made) {
    editor.workbench
      .getState()
      .notify('info', 'Saved without its workflow', 'The server has no run that made these results any more.')
  }
  const name = made?.workflow.name ?? history.present.name
  const caption =
    made === undefined
      ? ''
      : captionOf(made, prefix + nodes[0], editor.server.getState().byType, outputsIn(editor, tab))
  return {
    title: name === '' ? title : `${name}: ${title}`,
    caption: [...said, caption].filter((part) => part !== '').join(' · '),
    workflow: made?.workflow,
    fileName: name === '' ? title : `${name} - ${title}`,
  }
}

/** What the nodes of the run that is shown gave out. */
function outputsIn(editor: Editor, tab: Tab): ReadOutputs {
  const artifacts = editor.artifacts.getState()
  return (node, output) =>
    Object.values(nodeRunOf(tab.run.getState(), node)?.cells ?? {}).flatMap((cell) => {
      const value = readOutput(artifacts, cell.outputs?.[output])
      return value === undefined ? [] : [value]
    })
}

/** The run that made what a node shows. Undefined where the server forgot it, or does not answer. */
async function findMadeBy(editor: Editor, tab: Tab, paths: readonly string[]): Promise<MadeBy | undefined> {
  const state = tab.run.getState()
  const id = paths.map((path) => madeIn(state, path)?.id).find((found) => found !== undefined)
  if (id === undefined) return undefined
  try {
    const run = await editor.client.ask('run', { id })
    const seeded = withSeeds(run.workflow, run.seeds ?? {})
    return {
      workflow: await editor.client.ask('shareWorkflow', { body: seeded }),
      time: run.started ?? run.created,
    }
  } catch {
    return undefined
  }
}

/** Names that are told of each kind; of more it is said how many. */
const mostNamed = 3

/** Which model, which seed and which day: what one asks of a result that lies around. */
export function captionOf(
  { workflow, time }: MadeBy,
  node: string,
  types: ReadonlyMap<string, NodeDescription>,
  outputsOf: ReadOutputs,
): string {
  const nodes = nodesBehind(workflow.nodes, node)
  const models = requiredModels({ ...workflow, nodes, requires: undefined }, types).map(({ file }) => file)
  const givesSeeds = ({ type }: WorkflowNode): boolean =>
    types.get(type)?.outputs.some(({ name, spreads }) => name === 'seed' && spreads === true) ?? false
  return [listed(models), nameSeeds(seedsOf(nodes, givesSeeds, outputsOf)), dayOf(time)]
    .filter((part) => part !== '')
    .join(' · ')
}

/** The nodes that one reads, and those that they read; all where it is not among them: it is in a subgraph. */
function nodesBehind(nodes: Workflow['nodes'], node: string): Record<string, WorkflowNode> {
  if (!nodes[node]) return nodes
  const found: Record<string, WorkflowNode> = {}
  const waiting = [node]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const one = nodes[id]
    if (!one || Object.hasOwn(found, id)) continue
    found[id] = one
    const start = one.inputs?.['start']
    if (typeof start === 'string') waiting.push(start)
    for (const input of Object.keys(one.links ?? {}))
      waiting.push(...linksInto(one, input).map(([from]) => from))
  }
  return found
}

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  const more = distinct.length - mostNamed
  const shown = distinct.slice(0, mostNamed).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

function dayOf(time: number): string {
  const day = new Date(time)
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}
