import { subgraphPrefix } from '../types/describe-subgraph.ts'
import type { Link, Subgraph, Workflow, WorkflowNode } from '../document/document.ts'
import type { Resolved } from './flat-graph.ts'

/** The nodes of the workflow, or of one use of a subgraph. */
export interface Scope {
  /** Instance path of its nodes up to their ids: empty, or ending in `/`. */
  prefix: string
  definedAt: string
  nodes: Readonly<Record<string, WorkflowNode>>
  outputs: ReadonlyMap<string, Link>
  parent?: Scope
  /** The node that this scope is the inside of. */
  outer?: WorkflowNode
  outerId?: string
  children: Map<string, Scope>
  muted: boolean
  /** What was found out about its links that do not read a running node, by what they read. */
  resolved: Map<string, Resolved | 'looking'>
}

/** The workflow and every use of a subgraph in it, outermost first. */
export function layOutScopes(workflow: Workflow): Scope[] {
  const root: Scope = {
    prefix: '',
    definedAt: '',
    nodes: workflow.nodes,
    outputs: new Map(),
    children: new Map(),
    muted: false,
    resolved: new Map(),
  }
  const scopes = [root]
  const outputs = new Map<Subgraph, ReadonlyMap<string, Link>>()
  for (let i = 0; i < scopes.length; i++) {
    const scope = scopes[i] as Scope
    for (const id of Object.keys(scope.nodes)) {
      const node = scope.nodes[id] as WorkflowNode
      if (!node.type.startsWith(subgraphPrefix)) continue
      const name = node.type.slice(subgraphPrefix.length)
      const subgraph = Object.hasOwn(workflow.subgraphs ?? {}, name) ? workflow.subgraphs?.[name] : undefined
      if (subgraph === undefined) continue
      const known = outputs.get(subgraph) ?? new Map(subgraph.outputs.map(({ name, from }) => [name, from]))
      outputs.set(subgraph, known)
      const child: Scope = {
        prefix: `${scope.prefix}${id}/`,
        definedAt: `${subgraphPrefix}${name}/`,
        nodes: subgraph.nodes,
        outputs: known,
        parent: scope,
        outer: node,
        outerId: id,
        children: new Map(),
        muted: scope.muted || node.mode !== undefined,
        resolved: new Map(),
      }
      scope.children.set(id, child)
      scopes.push(child)
    }
  }
  return scopes
}
