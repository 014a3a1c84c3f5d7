import type { FoundIssue } from '../issues/collect-issues.ts'
import { subgraphPrefix, type Descriptions } from '../types/describe-subgraph.ts'
import type { Subgraph } from '../document/document.ts'
import { suggest } from '../issues/nearest.ts'
import { createPortsReader, outputOf } from '../types/ports-of.ts'

/** Outputs of a subgraph that read nothing. */
export function* outputIssues(
  id: string,
  subgraph: Subgraph,
  descriptions: Descriptions,
): Generator<FoundIssue> {
  const inputs = new Set(subgraph.inputs.map((input) => input.name))
  const portsOf = createPortsReader()
  for (const { name, from } of subgraph.outputs) {
    const [node, output] = from
    const where = { node: subgraphPrefix + id }
    if (node === '$in') {
      if (inputs.has(output)) continue
      const message = `Output \`${name}\` of subgraph \`${id}\` reads its input \`${output}\`, which it does not have.`
      yield { ...where, code: 'unknown-input', message, hint: () => suggest(output, inputs, 'inputs') }
      continue
    }
    const inner = Object.hasOwn(subgraph.nodes, node) ? subgraph.nodes[node] : undefined
    if (inner === undefined) {
      const message = `Output \`${name}\` of subgraph \`${id}\` is linked from \`${node}\`, which does not exist.`
      const hint = (): string => suggest(node, Object.keys(subgraph.nodes), 'nodes')
      yield { ...where, code: 'unknown-node', message, hint }
      continue
    }
    const description = descriptions.get(inner.type)
    const ports = description && portsOf(inner, description, subgraph.nodes)
    if (ports === undefined || outputOf(ports, output) !== undefined) continue
    const message = `Output \`${name}\` of subgraph \`${id}\` reads \`${node}.${output}\`, which does not exist.`
    yield {
      ...where,
      code: 'unknown-output',
      message,
      hint: () => suggest(output, ports.outputs.keys(), 'outputs'),
    }
  }
}
