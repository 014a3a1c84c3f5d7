import type { NodeDescription } from '../description.ts'
import { forEachLink, isLink, linksOf, subgraphPrefix, type Descriptions } from '../describe-subgraph.ts'
import type { Link, Subgraph, Workflow, WorkflowNode } from '../document.ts'
import type { Json } from '../json.ts'
import { createPortsReader, outputOf, type Ports, type PortsReader } from '../ports-of.ts'
import { accepts, type PortType } from '../ports.ts'
import type { Readers } from './plan.ts'

/** A node as it runs: subgraphs laid out, links led through subgraph borders and bypassed nodes to where they end. */
export interface FlatNode {
  /** Instance path: ids joined with `/`, outermost first. */
  path: string
  /** Path of what contains it, with a final `/`; empty at the root. */
  prefix: string
  /** Where issues about it point: `subgraph/<id>/<node>`, or its id. */
  definedAt: string
  node: WorkflowNode
  description: NodeDescription | undefined
  ports: Ports | undefined
  literals: Record<string, Json>
  links: FlatLink[]
  readers?: Readers
  /** Why it will not run although nothing is wrong. */
  skipped?: string
}

export interface FlatLink {
  input: string
  /** Order among the links of an input that takes several. */
  position: number
  from: FlatNode
  output: string
}

export interface FlatGraph {
  nodes: FlatNode[]
  byPath: ReadonlyMap<string, FlatNode>
  /** Instance paths of subgraph nodes. */
  subgraphs: Iterable<string>
  /** What the outputs of a subgraph node read, in order; undefined where no such node is at that path. */
  outputsOf: (path: string) => { output: string; from: Resolved }[] | undefined
  outputCountOf: (path: string) => number | undefined
  /** Where the nodes are defined, and those that their links are led through: subgraphs, and bypassed nodes. */
  definitionsOf: (nodes: readonly FlatNode[], paths: readonly string[]) => Set<string>
}

/** What a link reads in the end: a node's output, a literal handed to a subgraph, or nothing, and why. */
export type Resolved =
  | { kind: 'node'; from: FlatNode; output: string }
  | { kind: 'literal'; value: Json }
  | { kind: 'absent'; reason: string }

interface Scope {
  /** Instance path of its nodes up to their ids: empty, or ending in `/`. */
  prefix: string
  definedAt: string
  nodes: Readonly<Record<string, WorkflowNode>>
  outputs: ReadonlyMap<string, Link>
  parent?: Scope
  /** The node that this scope is the inside of. */
  outer?: WorkflowNode
  outerId?: string
  children: Map<string, Scope>
  muted: boolean
  /** What was found out about its links that do not read a running node, by what they read. */
  resolved: Map<string, Resolved | 'looking'>
}

interface Reading {
  byPath: ReadonlyMap<string, FlatNode>
  descriptions: Descriptions
  portsOf: PortsReader
  /** What bypassed nodes hand on, by type. */
  handedOn: Map<WorkflowNode, Map<PortType, Link | undefined>>
}

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
      if (scope.children.has(id)) continue
      const flat = readNode(scope, id, node, reading)
      byPath.set(flat.path, flat)
      owners.set(flat, scope)
    }
  }
  for (const [flat, scope] of owners) if (flat.skipped === undefined) connect(flat, scope, reading)
  const inner = new Map(scopes.slice(1).map((scope) => [scope.prefix.slice(0, -1), scope]))
  return {
    nodes: [...byPath.values()],
    byPath,
    subgraphs: inner.keys(),
    outputsOf(path) {
      const scope = inner.get(path)
      return (
        scope && [...scope.outputs].map(([output, link]) => ({ output, from: resolve(scope, link, reading) }))
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

function layOutScopes(workflow: Workflow): Scope[] {
  const root: Scope = {
    prefix: '',
    definedAt: '',
    nodes: workflow.nodes,
    outputs: new Map(),
    children: new Map(),
    muted: false,
    resolved: new Map(),
  }
  const scopes = [root]
  const outputs = new Map<Subgraph, ReadonlyMap<string, Link>>()
  for (let i = 0; i < scopes.length; i++) {
    const scope = scopes[i] as Scope
    for (const id of Object.keys(scope.nodes)) {
      const node = scope.nodes[id] as WorkflowNode
      if (!node.type.startsWith(subgraphPrefix)) continue
      const name = node.type.slice(subgraphPrefix.length)
      const subgraph = Object.hasOwn(workflow.subgraphs ?? {}, name) ? workflow.subgraphs?.[name] : undefined
      if (subgraph === undefined) continue
      const known = outputs.get(subgraph) ?? new Map(subgraph.outputs.map(({ name, from }) => [name, from]))
      outputs.set(subgraph, known)
      const child: Scope = {
        prefix: `${scope.prefix}${id}/`,
        definedAt: `${subgraphPrefix}${name}/`,
        nodes: subgraph.nodes,
        outputs: known,
        parent: scope,
        outer: node,
        outerId: id,
        children: new Map(),
        muted: scope.muted || node.mode !== undefined,
        resolved: new Map(),
      }
      scope.children.set(id, child)
      scopes.push(child)
    }
  }
  return scopes
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
    const found = resolve(scope, link, reading)
    if (found.kind === 'node') flat.links.push({ input, position, from: found.from, output: found.output })
    else if (found.kind === 'literal') given.set(input, found.value)
    else if (flat.skipped === undefined && flat.ports?.inputs.get(input)?.required === true) {
      flat.skipped = `\`${input}\` gets nothing: ${found.reason}`
    }
  })
  if (given.size > 0) flat.literals = { ...flat.literals, ...Object.fromEntries(given) }
}

/** What a link reads in the end. Every place it is led through is looked at once, whoever asks. */
function resolve(scope: Scope, link: Link, reading: Reading): Resolved {
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
function readDirectly({ scope, link: [id, output] }: Step, { byPath }: Reading): Resolved | undefined {
  const node = Object.hasOwn(scope.nodes, id) ? scope.nodes[id] : undefined
  if (node === undefined || node.mode !== undefined || scope.children.has(id)) return undefined
  return { kind: 'node', from: byPath.get(scope.prefix + id) as FlatNode, output }
}

interface Step {
  scope: Scope
  link: Link
}

/** One step of a link through what is not a running node: the border of a subgraph, or a bypassed node. */
function stepThrough({ scope, link }: Step, reading: Reading): Step | Resolved {
  const [id, output] = link
  if (id === '$in') return stepOut(scope, output)
  const node = Object.hasOwn(scope.nodes, id) ? scope.nodes[id] : undefined
  if (node === undefined) return { kind: 'absent', reason: `there is no \`${id}\`` }
  if (node.mode === 'mute') return { kind: 'absent', reason: `\`${id}\` is muted` }
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

interface Trace {
  found: Set<string>
  node: (flat: FlatNode, scope: Scope) => void
  /** A subgraph node that is asked for as a whole. */
  instance: (inside: Scope | undefined) => void
}

/** Follows links again to note where what they read is defined, and all they are led through on the way. */
function createTrace(reading: Reading): Trace {
  const found = new Set<string>()
  const seen = new Map<Scope, Set<string>>()
  const isNew = (scope: Scope, key: string): boolean => {
    const keys = seen.get(scope) ?? new Set<string>()
    seen.set(scope, keys)
    return !keys.has(key) && keys.add(key) !== undefined
  }
  const follow = (start: Step): void => {
    let at = start
    while (isNew(at.scope, at.link.join('\n'))) {
      const { scope, link } = at
      const owner = link[0] === '$in' ? scope.parent : scope
      found.add(`${owner?.definedAt ?? ''}${link[0] === '$in' ? scope.outerId : link[0]}`)
      const inside = scope.children.get(link[0])
      if (inside !== undefined) found.add(inside.definedAt.slice(0, -1))
      const next = readDirectly(at, reading) ?? stepThrough(at, reading)
      if ('kind' in next) return
      at = next
    }
  }
  return {
    found,
    node(flat, scope) {
      found.add(flat.definedAt)
      forEachLink(flat.node, (_, link) => follow({ scope, link }))
    },
    instance(inside) {
      if (inside?.parent === undefined) return
      for (const output of inside.outputs.keys()) {
        follow({ scope: inside.parent, link: [inside.outerId as string, output] })
      }
      found.add(`${inside.parent.definedAt}${inside.outerId}`)
    },
  }
}
