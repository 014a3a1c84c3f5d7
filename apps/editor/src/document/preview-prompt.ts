import type { Link, NodeDescription, Workflow, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from './inputs-of.ts'
import { reduceDocument } from './reduce-document.ts'
import { unpackSubgraph } from './unpack-subgraph.ts'

/** The node that writes a prompt out. */
const writer = 'generation/written-prompt'
/** Nodes by whose names a text is known without a model, a file or a network. */
const quick = /^(text|matrix|api)\/|^generation\/messages$/
/** Stands for what is not known before it runs. */
const standIn = '[what comes over the link]'

/** A workflow that writes out what a node's model would read, and which node says it. */
export interface PromptPreview {
  workflow: Workflow
  target: string
}

/**
 * What a node would ask its model, as a workflow of few nodes: the model as it is loaded, without what is made of it
 * afterwards, and texts that are known at once. Undefined where the node writes no prompt, or its model is not known.
 * @param isHere whether a file is loaded without a download
 */
export function previewPrompt(
  { nodes }: Workflow,
  id: string,
  byType: ReadonlyMap<string, NodeDescription>,
  isHere: (file: string) => boolean,
): PromptPreview | undefined {
  const node = nodes[id]
  const names = new Set(byType.get(writer)?.inputs.map(({ name }) => name))
  const own = new Set(byType.get(node?.type ?? '')?.inputs.map(({ name }) => name))
  if (!node || !own.has('jinja') || !names.has('jinja')) return undefined
  const loader = loaderOf(nodes, node, isHere)
  if (loader === undefined) return undefined
  const inputs = Object.entries(node.inputs ?? {}).filter(([name]) => names.has(name))
  const written: WorkflowNode = {
    type: writer,
    inputs: Object.fromEntries(inputs),
    links: { model: [loader, 'model'] },
  }
  const kept = new Set([loader])
  for (const name of names) {
    const links = name === 'model' ? [] : linksInto(node, name)
    if (links.length === 0) continue
    if (links.every(([from]) => isQuick(nodes, from, kept))) written.links![name] = node.links![name]!
    else if (name === 'prompt') written.inputs!['prompt'] = standIn
  }
  const target = freeId(nodes)
  const around = Object.fromEntries(Object.entries(nodes).filter(([other]) => kept.has(other)))
  return {
    workflow: {
      format: 'woolgather',
      version: 1,
      name: 'What the model reads',
      nodes: { ...around, [target]: written },
    },
    target,
  }
}

/** The workflow with the subgraphs on the way to a node unpacked, and what the node is called there. */
export function unpackTo(
  workflow: Workflow,
  path: readonly string[],
  id: string,
  byType: ReadonlyMap<string, NodeDescription>,
): { workflow: Workflow; id: string } | undefined {
  let graph = workflow
  let nameOf = (inner: string): string | undefined => inner
  for (const step of path) {
    const unpacked = unpackSubgraph(workflow, graph, nameOf(step) ?? '', byType)
    if (!unpacked) return undefined
    graph = reduceDocument(graph, unpacked.action)
    nameOf = (inner) => unpacked.ids.get(inner)
  }
  const name = nameOf(id)
  return name === undefined ? undefined : { workflow: graph, id: name }
}

type Nodes = Workflow['nodes']

/** The node that loads what a node's model is made of; the first where it is made of several. */
export function loaderOf(
  nodes: Nodes,
  start: WorkflowNode,
  isHere: (file: string) => boolean,
): string | undefined {
  let node = start
  for (let steps = 0; steps < 100; steps++) {
    const link: Link | undefined = modelLinks(node)[0]
    const next = link && nodes[link[0]]
    if (!link || !next) return undefined
    if (next.type === 'loading/model') {
      const file = next.inputs?.['file']
      return typeof file === 'string' && linksInto(next, 'file').length === 0 && isHere(file)
        ? link[0]
        : undefined
    }
    node = next
  }
  return undefined
}

const modelLinks = (node: WorkflowNode): Link[] =>
  ['model', 'models', 'first', 'base'].flatMap((name) => linksInto(node, name))

/** Whether a node and all before it are quick; then they are added to `kept`. */
function isQuick(nodes: Nodes, start: string, kept: Set<string>): boolean {
  const found = new Set<string>()
  const rest = [start]
  for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
    if (found.has(id)) continue
    const node = nodes[id]
    if (!node || !quick.test(node.type)) return false
    found.add(id)
    for (const name of Object.keys(node.links ?? {}))
      rest.push(...linksInto(node, name).map(([from]) => from))
  }
  for (const id of found) kept.add(id)
  return true
}

function freeId(nodes: Nodes): string {
  let id = 'read'
  while (nodes[id] !== undefined) id += '-'
  return id
}
