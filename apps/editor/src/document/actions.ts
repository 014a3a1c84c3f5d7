import type {
  AppItem,
  Group,
  Json,
  Link,
  Place,
  PortType,
  Subgraph,
  Workflow,
  WorkflowNode,
} from '@woolgather/workflow'

/** One end of a link as the document stores it: the input that is fed. */
export interface InputRef {
  node: string
  input: string
}

/** Every change a person can make to a workflow. */
export type DocumentAction =
  | { type: 'workflow.rename'; name: string }
  | { type: 'nodes.add'; nodes: Record<string, WorkflowNode> }
  /** Links from the removed nodes go with them. */
  | { type: 'nodes.remove'; ids: string[] }
  | { type: 'nodes.move'; positions: Record<string, { x: number; y: number }> }
  /** `height`: at least this; undefined: as high as what is in it. What is absent stays. */
  | { type: 'node.resize'; id: string; width?: number; height?: number | undefined }
  /** An empty title goes back to the type's own. */
  | { type: 'node.title'; id: string; title: string }
  | { type: 'node.collapse'; id: string; collapsed: boolean }
  /** Muted nodes do not run, nor what needs them; bypassed ones hand their input on. Without a mode it runs. */
  | { type: 'node.mode'; id: string; mode: WorkflowNode['mode'] }
  /** A name of the theme's colours; without one, the colour of the family. */
  | { type: 'node.color'; id: string; color: string | undefined }
  | { type: 'node.pin'; id: string; pinned: boolean }
  /** Whether the seed in an input is one more with each run. */
  | ({ type: 'seed.count'; counts: boolean } & InputRef)
  | { type: 'group.add'; group: Group }
  | { type: 'group.edit'; at: number; change: Partial<Group> }
  | { type: 'group.remove'; at: number }
  | ({ type: 'input.set'; value: Json } & InputRef)
  /** Back to the default of the node type. */
  | ({ type: 'input.clear' } & InputRef)
  /** Replaces what fed the input, or with `append` joins it. The literal makes way. */
  | ({ type: 'link.add'; from: Link; append: boolean } & InputRef)
  /** The same link from elsewhere: it keeps its place among those of its input. */
  | ({ type: 'link.change'; from: Link; newFrom: Link } & InputRef)
  | ({ type: 'link.remove'; from: Link; restore?: Json | undefined } & InputRef)
  /** The points a link is led through; without any it goes its own way. */
  | ({ type: 'link.reroute'; from: Link; points: readonly Place[] } & InputRef)
  /** All nodes of the graph at once: a selection that becomes a subgraph, or one that is unpacked. */
  | { type: 'nodes.replace'; nodes: Record<string, WorkflowNode> }
  /** What the app view shows; nothing chosen leaves it to the workflow. */
  | { type: 'app.set'; items: readonly AppItem[] }
  /** Another state of the whole workflow: a revision that is restored. */
  | { type: 'workflow.replace'; workflow: Workflow }
  | SubgraphAction
  /** Several changes that undo as one; those with the same `merge` in quick succession are one step. */
  | { type: 'batch'; actions: DocumentAction[]; merge?: string }

export type SubgraphSide = 'inputs' | 'outputs'

/** Changes to what subgraphs look like from outside. They reach every place where the subgraph is used. */
export type SubgraphAction =
  | { type: 'subgraph.add'; id: string; subgraph: Subgraph }
  | { type: 'subgraph.remove'; id: string }
  | { type: 'subgraph.rename'; id: string; name: string }
  /** `value`: what every use is given, as it was typed inside until now. */
  | { type: 'subgraph.addInput'; id: string; name: string; port: PortType; value?: Json | undefined }
  | { type: 'subgraph.addOutput'; id: string; name: string; port: PortType; from: Link }
  | { type: 'subgraph.renamePort'; id: string; side: SubgraphSide; name: string; to: string }
  | { type: 'subgraph.removePort'; id: string; side: SubgraphSide; name: string }
  | { type: 'subgraph.movePort'; id: string; side: SubgraphSide; name: string; by: number }
