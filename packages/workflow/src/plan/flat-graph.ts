import type { NodeDescription } from '../types/description.ts'
import type { WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'
import type { Ports } from '../types/ports-of.ts'
import type { Readers } from './plan.ts'

/** A node as it runs: subgraphs laid out, links led through subgraph borders and bypassed nodes to where they end. */
export interface FlatNode {
  /** Instance path: ids joined with `/`, outermost first. */
  path: string
  /** Path of what contains it, with a final `/`; empty at the root. */
  prefix: string
  /** Where issues about it point: `subgraph/<id>/<node>`, or its id. */
  definedAt: string
  node: WorkflowNode
  description: NodeDescription | undefined
  ports: Ports | undefined
  literals: Record<string, Json>
  links: FlatLink[]
  readers?: Readers
  /** Why it will not run although nothing is wrong. */
  skipped?: string
  /** What keeps it from running, where that lies before it: a node that is muted. */
  cause?: string
}

export interface FlatLink {
  input: string
  /** Order among the links of an input that takes several. */
  position: number
  from: FlatNode
  output: string
}

export interface FlatGraph {
  nodes: FlatNode[]
  byPath: ReadonlyMap<string, FlatNode>
  /** Instance paths of subgraph nodes. */
  subgraphs: Iterable<string>
  /** What the outputs of a subgraph node read, in order; undefined where no such node is at that path. */
  outputsOf: (path: string) => { output: string; from: Resolved }[] | undefined
  outputCountOf: (path: string) => number | undefined
  /** Where the nodes are defined, and those that their links are led through: subgraphs, and bypassed nodes. */
  definitionsOf: (nodes: readonly FlatNode[], paths: readonly string[]) => Set<string>
}

/**
 * What a link reads in the end: a node's output, a literal handed to a subgraph, or nothing, and why; where a node that is
 * muted is why, that node.
 */
export type Resolved =
  | { kind: 'node'; from: FlatNode; output: string }
  | { kind: 'literal'; value: Json }
  | { kind: 'absent'; reason: string; muted?: FlatNode }
