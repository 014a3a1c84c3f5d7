import { bindNodeInputs } from './api-ports.ts'
import { subgraphPrefix } from '../types/describe-subgraph.ts'
import type { Subgraph, Workflow, WorkflowNode } from '../document/document.ts'

type Nodes = Readonly<Record<string, WorkflowNode>>
type Seeds = Readonly<Record<string, number>>

/**
 * A workflow with the seeds a run drew written into its nodes, so that it makes the same again. A subgraph that is used
 * in several places drew several: from its second use on, each gets a definition of its own.
 * @param seeds by instance path
 */
export function withSeeds(workflow: Workflow, seeds: Seeds): Workflow {
  const definitions: Definitions = {
    all: { ...workflow.subgraphs },
    of: workflow.subgraphs ?? {},
    taken: new Map(),
  }
  const nodes = seedNodes(workflow.nodes, seeds, definitions)
  return {
    ...workflow,
    nodes,
    ...(workflow.subgraphs && { subgraphs: definitions.all }),
  }
}

/** What `withSeeds` wrote at these instance paths; undefined where a node there has no seed. */
export function seedsIn(workflow: Workflow, paths: readonly string[]): Record<string, number> | undefined {
  const seeds: Record<string, number> = {}
  for (const path of paths) {
    const seed = nodeAt(workflow, path)?.inputs?.['seed']
    if (typeof seed !== 'number') return undefined
    seeds[path] = seed
  }
  return seeds
}

function nodeAt({ nodes, subgraphs }: Workflow, path: string): WorkflowNode | undefined {
  const ids = path.split('/')
  const last = ids.pop() as string
  let inside: Nodes | undefined = nodes
  for (const id of ids) inside = subgraphs?.[inside?.[id]?.type.slice(subgraphPrefix.length) ?? '']?.nodes
  return inside?.[last]
}

interface Definitions {
  /** With seeds, and those made for further uses. */
  all: Record<string, Subgraph>
  /** As they were. */
  of: Readonly<Record<string, Subgraph>>
  /** Definitions that already have the seeds of one use, and the number that the last one made of them got. */
  taken: Map<string, number>
}

function seedNodes(nodes: Nodes, seeds: Seeds, definitions: Definitions): Record<string, WorkflowNode> {
  const own = Object.entries(seeds).filter(([path]) => Object.hasOwn(nodes, path))
  const seeded = bindNodeInputs(
    nodes,
    own.map(([node, value]) => ({ node, input: 'seed', value })),
  )
  for (const [id, below] of seedsBelow(seeds)) {
    const node = nodes[id]
    const used = node?.type.startsWith(subgraphPrefix) ? node.type.slice(subgraphPrefix.length) : ''
    const definition = definitions.of[used]
    if (node === undefined || definition === undefined) continue
    const inside = seedNodes(definition.nodes, below, definitions)
    const name = freeId(used, definitions)
    definitions.all[name] = { ...definition, nodes: inside }
    seeded[id] = { ...node, type: subgraphPrefix + name }
  }
  return seeded
}

/** The seeds inside each subgraph node, by their paths from there. */
function seedsBelow(seeds: Seeds): Map<string, Record<string, number>> {
  const below = new Map<string, Record<string, number>>()
  for (const [path, seed] of Object.entries(seeds)) {
    const slash = path.indexOf('/')
    if (slash === -1) continue
    const id = path.slice(0, slash)
    const seedsOf = below.get(id) ?? {}
    seedsOf[path.slice(slash + 1)] = seed
    below.set(id, seedsOf)
  }
  return below
}

function freeId(used: string, { all, taken }: Definitions): string {
  const last = taken.get(used)
  let number = last ?? 1
  while (last !== undefined && Object.hasOwn(all, `${used}-${++number}`));
  taken.set(used, number)
  return last === undefined ? used : `${used}-${number}`
}
