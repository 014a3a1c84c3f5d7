import type { CharSet } from 'refa'

/** Edges grouped by the node they leave: those of node n are `from[n]` up to `from[n + 1]`. */
export interface Edges {
  readonly from: Int32Array
  readonly to: Int32Array
  /** Set index of a character edge, rule index of a call; empty for edges that consume nothing. */
  readonly label: Int32Array
}

/**
 * A recursive transition network: one automaton per rule, whose edges consume a character, nothing, or a whole
 * other rule (`to` is where it returns). Nodes are numbered across rules.
 */
export interface Network {
  readonly nodeCount: number
  readonly sets: readonly CharSet[]
  readonly characterEdges: Edges
  readonly emptyEdges: Edges
  readonly calls: Edges
  /** Rule that ends at a node, or −1. */
  readonly endOf: Int32Array
  readonly ruleStart: Int32Array
  readonly ruleNames: readonly string[]
  /** The node that only a complete text reaches. */
  readonly acceptNode: number
}
