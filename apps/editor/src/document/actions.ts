import type { Group, Json, Link, WorkflowNode } from '@woolgather/workflow'

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
  | { type: 'node.resize'; id: string; width: number }
  /** An empty title goes back to the type's own. */
  | { type: 'node.title'; id: string; title: string }
  | { type: 'node.collapse'; id: string; collapsed: boolean }
  /** Muted nodes do not run, nor what needs them; bypassed ones hand their input on. Without a mode it runs. */
  | { type: 'node.mode'; id: string; mode: WorkflowNode['mode'] }
  | { type: 'group.add'; group: Group }
  | { type: 'group.title'; at: number; title: string }
  | { type: 'group.remove'; at: number }
  | ({ type: 'input.set'; value: Json } & InputRef)
  /** Back to the default of the node type. */
  | ({ type: 'input.clear' } & InputRef)
  /** Replaces what fed the input, or with `append` joins it. The literal makes way. */
  | ({ type: 'link.add'; from: Link; append: boolean } & InputRef)
  | ({ type: 'link.remove'; from: Link; restore?: Json | undefined } & InputRef)
  /** Several changes that undo as one. */
  | { type: 'batch'; actions: DocumentAction[] }
