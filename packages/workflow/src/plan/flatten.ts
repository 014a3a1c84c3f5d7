import { forEachLink, type Descriptions } from '../types/describe-subgraph.ts'
import type { Workflow, WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'
import { createPortsReader } from '../types/ports-of.ts'
import type { FlatGraph, FlatLink, FlatNode } from './flat-graph.ts'
import { layOutScopes, type Scope } from './lay-out-scopes.ts'
import { resolveLink, type Reading } from './resolve-link.ts'
import { skipBehind, skipFor } from './skip-behind.ts'
import { createTrace } from './trace-definitions.ts'

/**
 * Lays a workflow out whose size is within bounds (`layoutIssues`). Iterative: neither nesting nor chains of bypassed
 * nodes cost stack. What no link reads is not resolved.
 */
export function flattenWorkflow(workflow: Workflow, descriptions: Descriptions): FlatGraph {
  const scopes = layOutScopes(workflow)
  const byPath = new Map<string, FlatNode>()
  const owners = new Map<FlatNode, Scope>()
  const reading: Reading = { byPath, descriptions, portsOf: createPortsReader(), handedOn: new Map() }
  for (const scope of scopes) {
    for (const id of Object.keys(scope.nodes)) {
      const node = scope.nodes[id] as WorkflowNode
      if (scope.children.has(id) && node.mode !== 'mute') continue
      const flat = readNode(scope, id, node, reading)
      byPath.set(flat.path, flat)
      owners.set(flat, scope)
    }
  }
  for (const [flat, scope] of owners) if (flat.skipped === undefined) connect(flat, scope, reading)
  skipBehind([...byPath.values()], byPath)
  const inner = new Map(scopes.slice(1).map((scope) => [scope.prefix.slice(0, -1), scope]))
  return {
    nodes: [...byPath.values()],
    byPath,
    subgraphs: inner.keys(),
    outputsOf(path) {
      const scope = inner.get(path)
      return (
        scope &&
        [...scope.outputs].map(([output, link]) => ({ output, from: resolveLink(scope, link, reading) }))
      )
    },
    outputCountOf: (path) => inner.get(path)?.outputs.size,
    definitionsOf(nodes, paths) {
      const trace = createTrace(reading)
      for (const path of paths) trace.instance(inner.get(path))
      for (const flat of nodes) trace.node(flat, owners.get(flat) as Scope)
      return trace.found
    },
  }
}

function readNode(
  scope: Scope,
  id: string,
  node: WorkflowNode,
  { descriptions, portsOf }: Reading,
): FlatNode {
  const description = descriptions.get(node.type)
  const flat: FlatNode = {
    path: scope.prefix + id,
    prefix: scope.prefix,
    definedAt: scope.definedAt + id,
    node,
    description,
    ports: description === undefined ? undefined : portsOf(node, description, scope.nodes),
    literals: node.inputs ?? {},
    links: [],
  }
  if (node.mode === 'mute') flat.skipped = 'muted'
  else if (node.mode === 'bypass') flat.skipped = 'bypassed'
  else if (scope.muted) flat.skipped = 'inside a muted or bypassed subgraph'
  return flat
}

function connect(flat: FlatNode, scope: Scope, reading: Reading): void {
  const given = new Map<string, Json>()
  forEachLink(flat.node, (input, link, position) => {
    const found = resolveLink(scope, link, reading)
    if (found.kind === 'node') flat.links.push({ input, position, from: found.from, output: found.output })
    else if (found.kind === 'literal') given.set(input, found.value)
    else missLink(flat, { input, position, output: link[1] }, found)
  })
  if (given.size > 0) flat.literals = { ...flat.literals, ...Object.fromEntries(given) }
}

/**
 * A link that brings nothing. Who needs a muted node does not run, though the input could do without it: what comes out
 * would be something else than was meant. Of a choice the other sides remain, each at its place.
 */
function missLink(
  flat: FlatNode,
  link: Omit<FlatLink, 'from'>,
  { reason, muted }: { reason: string; muted?: FlatNode },
): void {
  const port = flat.ports?.inputs.get(link.input)
  if (muted !== undefined && port?.lazy === true) flat.links.push({ ...link, from: muted })
  else if (muted !== undefined || port?.required === true) skipFor(flat, link.input, reason)
}
