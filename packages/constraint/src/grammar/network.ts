import type { CharSet } from 'refa'
import type { Counter } from './counter.ts'

/** Edges grouped by the node they leave: those of node n are `from[n]` up to `from[n + 1]`. */
export interface Edges {
  readonly from: Int32Array
  readonly to: Int32Array
  /** Set index of a character edge, rule index of a call; empty for edges that consume nothing. */
  readonly label: Int32Array
}

/** What an edge that consumes nothing asks of the members written so far, or adds to them. */
export type NetworkCondition =
  | { readonly kind: 'absent'; readonly member: number }
  | { readonly kind: 'mark'; readonly member: number }
  /** All of these were written, and at least so many; the rules of them. */
  | {
      readonly kind: 'all'
      readonly members: readonly number[]
      readonly rules: readonly number[]
      readonly minimum: number
      /** The rules of all members, where so many of them must be possible; none where no more than those above is asked. */
      readonly ofAll: readonly number[]
    }
  /** Some member is left to be written and fewer than so many were, or the rest is possible. */
  | {
      readonly kind: 'left'
      readonly rules: readonly number[]
      readonly rest: number | undefined
      readonly maximum: number
    }
  /** One more may be written that leads to a node of what is counted: asked before it begins, as it may take several characters. */
  | { readonly kind: 'room'; readonly counter: Counter; readonly node: number }
  /** One more was written, which led to a node of what is counted. */
  | { readonly kind: 'count'; readonly counter: Counter; readonly node: number }
  /** Enough were written, and not too many. */
  | { readonly kind: 'counted'; readonly counter: Counter }
  /** The item that ended differs from those before it, or surely leads to an end by differing from them. */
  | { readonly kind: 'differs'; readonly endsSurely: boolean }

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
  /** Edges that consume nothing, where a condition holds: the label is its index. */
  readonly conditionEdges: Edges
  readonly conditions: readonly NetworkCondition[]
  /** 1 for nodes where what is written must be remembered. */
  readonly remembered: Uint8Array
  /** Rule that ends at a node, or −1. */
  readonly endOf: Int32Array
  readonly ruleStart: Int32Array
  readonly ruleNames: readonly string[]
  /** The node that only a complete text reaches. */
  readonly acceptNode: number
}
