import { isLink, linksOf, type Descriptions } from '../types/describe-subgraph.ts'
import type { Link, WorkflowNode } from '../document/document.ts'
import { outputOf, type Ports, type PortsReader } from '../types/ports-of.ts'
import { accepts, type PortType } from '../types/ports.ts'
import type { FlatNode, Resolved } from './flat-graph.ts'
import type { Scope } from './lay-out-scopes.ts'

/** What links are read by. */
export interface Reading {
  byPath: ReadonlyMap<string, FlatNode>
  descriptions: Descriptions
  portsOf: PortsReader
  /** What bypassed nodes hand on, by type. */
  handedOn: Map<WorkflowNode, Map<PortType, Link | undefined>>
}

/** What a link reads in the end. Every place it is led through is looked at once, whoever asks. */
export function resolveLink(scope: Scope, link: Link, reading: Reading): Resolved {
  const passed: { scope: Scope; key: string }[] = []
  let at: Step = { scope, link }
  let found = readDirectly(at, reading)
  while (found === undefined) {
    const key = at.link.join('\n')
    const known = at.scope.resolved.get(key)
    if (known !== undefined) {
      found = known === 'looking' ? { kind: 'absent', reason: `\`${at.link[0]}\` waits for itself` } : known
      break
    }
    at.scope.resolved.set(key, 'looking')
    passed.push({ scope: at.scope, key })
    const next = stepThrough(at, reading)
    if ('kind' in next) found = next
    else found = readDirectly((at = next), reading)
  }
  for (const { scope, key } of passed) scope.resolved.set(key, found)
  return found
}

/** What a link reads where that is a node that runs. */
export function readDirectly({ scope, link: [id, output] }: Step, { byPath }: Reading): Resolved | undefined {
  const node = Object.hasOwn(scope.nodes, id) ? scope.nodes[id] : undefined
  if (node === undefined || node.mode !== undefined || scope.children.has(id)) return undefined
  return { kind: 'node', from: byPath.get(scope.prefix + id) as FlatNode, output }
}

export interface Step {
  scope: Scope
  link: Link
}

/** One step of a link through what is not a running node: the border of a subgraph, or a bypassed node. */
export function stepThrough({ scope, link }: Step, reading: Reading): Step | Resolved {
  const [id, output] = link
  if (id === '$in') return stepOut(scope, output)
  const node = Object.hasOwn(scope.nodes, id) ? scope.nodes[id] : undefined
  if (node === undefined) return { kind: 'absent', reason: `there is no \`${id}\`` }
  if (node.mode === 'mute') {
    const muted = reading.byPath.get(scope.prefix + id) as FlatNode
    return { kind: 'absent', reason: `\`${muted.path}\` is muted`, muted }
  }
  if (node.mode === 'bypass') return stepPast(scope, link, node, reading)
  const inside = scope.children.get(id)
  const from = inside?.outputs.get(output)
  if (inside === undefined || from === undefined) {
    return { kind: 'absent', reason: `\`${id}\` has no output \`${output}\`` }
  }
  return { scope: inside, link: from }
}

function stepOut(scope: Scope, input: string): Step | Resolved {
  const { outer, parent } = scope
  const absent: Resolved = { kind: 'absent', reason: `the subgraph's input \`${input}\` is not given` }
  if (outer === undefined || parent === undefined) return absent
  const links = Object.hasOwn(outer.links ?? {}, input) ? outer.links?.[input] : undefined
  const link = links === undefined ? undefined : isLink(links) ? links : (links[0] as Link | undefined)
  if (link !== undefined) return { scope: parent, link }
  const value = Object.hasOwn(outer.inputs ?? {}, input) ? outer.inputs?.[input] : undefined
  return value === undefined ? absent : { kind: 'literal', value }
}

/** A bypassed node hands on, for each output, its first linked input of a type that fits. */
function stepPast(scope: Scope, [id, output]: Link, node: WorkflowNode, reading: Reading): Step | Resolved {
  const description = reading.descriptions.get(node.type)
  const ports = description === undefined ? undefined : reading.portsOf(node, description, scope.nodes)
  const type = ports === undefined ? undefined : outputOf(ports, output)?.type
  const link = type === undefined || ports === undefined ? undefined : handedOn(node, ports, type, reading)
  if (link !== undefined) return { scope, link }
  return {
    kind: 'absent',
    reason: `\`${id}\` is bypassed and has no linked input of type ${type ?? 'any'} to hand on`,
  }
}

function handedOn(node: WorkflowNode, ports: Ports, type: PortType, reading: Reading): Link | undefined {
  const known = reading.handedOn.get(node) ?? new Map<PortType, Link | undefined>()
  reading.handedOn.set(node, known)
  if (!known.has(type)) known.set(type, firstFitting(node, ports, type))
  return known.get(type)
}

function firstFitting(node: WorkflowNode, ports: Ports, type: PortType): Link | undefined {
  const links = linksOf(node)
  const exact = links.find(({ input }) => ports.inputs.get(input)?.type === type)
  const fitting = exact ?? links.find(({ input }) => accepts(type, ports.inputs.get(input)?.type ?? 'any'))
  return fitting?.link
}
