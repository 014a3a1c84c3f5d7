import type { NodeDescription } from '../types/description.ts'
import type { Issue } from '../issues/issues.ts'
import type { Json } from '../json/json.ts'
import type { PortType } from '../types/ports.ts'

/**
 * What a part of the plan does. A loop is four of them: `zone-init` reads what goes into the start, once per loop;
 * `zone-start` hands out the slots, once per iteration; `zone-step` takes them back; `zone-end` hands out the last.
 */
export type PlanRole = 'node' | 'zone-init' | 'zone-start' | 'zone-step' | 'zone-end'

/** A dimension that cells can range over: the items of a list a node gives, or the iterations of a loop. */
export interface PlanAxis {
  index: number
  /** Instance path of the node that makes it. */
  id: string
  label: string
  kind: 'list' | 'iteration'
  /** Plan node whose cells give the extent, one per coordinate of `within`. */
  maker: number
  /** Axes its extent depends on, ascending. */
  within: number[]
}

export interface PlanLink {
  input: string
  position: number
  /** Plan node read from, and the output read. */
  source: number
  output: string
  type: PortType
  /** Type the input takes. */
  to: PortType
  /** Axis whose index picks the item, where the output is spread along it. */
  spread: number | undefined
  lazy: boolean
  /** Axes left after a collecting input took the others; undefined where the input does not collect. */
  keeps: number[] | undefined
  /** All axes the linked value ranges over, ascending. */
  axes: number[]
}

/** What is known of the inputs that an output reaches, before anything runs. */
export interface Readers {
  /** Their types, each once and in order; what only hands a value on is looked through. */
  types: PortType[]
  /** The most tokens that any of them writes: infinite where only the run knows, absent where none writes. */
  mostTokens?: number
}

export interface PlanNode {
  index: number
  path: string
  definedAt: string
  type: string
  role: PlanRole
  description: NodeDescription
  literals: Readonly<Record<string, Json>>
  links: PlanLink[]
  /** Axes its cells range over, ascending; an axis comes after those it lies within. */
  axes: number[]
  /** Axis its outputs are spread along. */
  makes: number | undefined
  zone: PlanZone | undefined
  /** It will not run: it is muted (or what it needs is), or something is wrong with it. */
  idle: { skipped: string } | { issue: Issue } | undefined
  /** Needed only if a switch asks for it. */
  lazy: boolean
  /** Of a node whose type asks for them: who reads its output. It decides what the node does. */
  readers?: Readers
}

/** A loop, by the plan nodes it became. */
export interface PlanZone {
  init: number
  start: number
  step: number
  end: number
  /** Axis of its iterations. */
  axis: number
}

/** One output of a run: where it is named in the result, and what gives it. No output: the node only has to run. */
export interface PlanTarget {
  path: string
  output: string | undefined
  node: number
  sourceOutput: string
  spread: number | undefined
  axes: number[]
}

/** What a run will do, as far as it can be known before it begins. Nodes come after those they read from. */
export interface Plan {
  nodes: PlanNode[]
  axes: PlanAxis[]
  targets: PlanTarget[]
}
