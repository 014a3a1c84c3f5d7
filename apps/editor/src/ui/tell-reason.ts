import { useCallback } from 'react'
import { useServer, useWorkflow } from '../store/editor-context.ts'
import { titleOf } from './describe-node.ts'

/** Why something was skipped or ran, for people: nodes by their titles, names without backticks. */
export function tellReason(reason: string, title: (node: string) => string | undefined): string {
  return reason.replaceAll(/`([^`]+)`/g, (_, name: string) => title(name) ?? name)
}

/** Tells reasons with the titles of the open workflow's nodes; a node in a subgraph by the subgraph's title. */
export function useTellReason(): (reason: string) => string {
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const types = useServer((state) => state.byType)
  return useCallback(
    (reason) =>
      tellReason(reason, (path) => {
        const [id = '', ...inner] = path.split('/')
        const node = nodes[id]
        return node && [titleOf(node, types.get(node.type)), ...inner].join(' / ')
      }),
    [nodes, types],
  )
}
