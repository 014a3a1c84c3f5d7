import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'

/** What a node is called: the title it was given, else its type's, else its type. */
export function titleOf(node: WorkflowNode | undefined, description: NodeDescription | undefined): string {
  return node?.view?.title ?? description?.title ?? node?.type ?? 'Node'
}

/** `tokensPerSecond` → `tokens per second`: outputs have names, not titles. */
export function readableName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
}
