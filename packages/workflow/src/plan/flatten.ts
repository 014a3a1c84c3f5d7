import type { NodeDescription } from '../description.ts'
import { forEachLink, isLink, linksOf, subgraphPrefix, type Descriptions } from '../describe-subgraph.ts'
import type { Link, Workflow, WorkflowNode } from '../document.ts'
import type { Json } from '../json.ts'
import { outputOf, portsOf, type Ports } from '../ports-of.ts'
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
  /** What an output of a subgraph node reads, by instance path of that node; its outputs in order. */
  subgraphs: ReadonlyMap<string, { output: string; from: Resolved }[]>
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
}

/** Lays a workflow out. Iterative: neither nesting nor chains of bypassed nodes cost stack. */
export function flattenWorkflow(workflow: Workflow, descriptions: Descriptions): FlatGraph {
  const scopes = layOutScopes(workflow)
  const byPath = new Map<string, FlatNode>()
  const owners = new Map<FlatNode, Scope>()
  for (const scope of scopes) {
    for (const id of Object.keys(scope.nodes)) {
      const node = scope.nodes[id] as WorkflowNode
      if (scope.children.has(id)) continue
      const flat = readNode(scope, id, node, descriptions)
      byPath.set(flat.path, flat)
      owners.set(flat, scope)
    }
  }
  const resolve = createResolver(byPath, descriptions)
  for (const [flat, scope] of owners) if (flat.skipped === undefined) connect(flat, scope, resolve)
  const subgraphs = new Map<string, { output: string; from: Resolved }[]>()
  for (const scope of scopes) {
    if (scope.prefix === '') continue
    const outputs = [...scope.outputs].map(([output, link]) => ({ output, from: resolve(scope, link) }))
    subgraphs.set(scope.prefix.slice(0, -1), outputs)
  }
  return { nodes: [...byPath.values()], byPath, subgraphs }
}

function layOutScopes(workflow: Workflow): Scope[] {
  const root: Scope = {
    prefix: '',
    definedAt: '',
    nodes: workflow.nodes,
    outputs: new Map(),
    children: new Map(),
    muted: false,
  }
  const scopes = [root]
  const containing = new Map<Scope, readonly string[]>([[root, []]])
  for (let i = 0; i < scopes.length; i++) {
    const scope = scopes[i] as Scope
    for (const id of Object.keys(scope.nodes)) {
      const node = scope.nodes[id] as WorkflowNode
      if (!node.type.startsWith(subgraphPrefix)) continue
      const name = node.type.slice(subgraphPrefix.length)
      const subgraph = Object.hasOwn(workflow.subgraphs ?? {}, name) ? workflow.subgraphs?.[name] : undefined
      const around = containing.get(scope) ?? []
      // one that contains itself is reported by validation and left as a node of unknown type
      if (subgraph === undefined || around.includes(name)) continue
      const child: Scope = {
        prefix: `${scope.prefix}${id}/`,
        definedAt: `${subgraphPrefix}${name}/`,
        nodes: subgraph.nodes,
        outputs: new Map(subgraph.outputs.map((output) => [output.name, output.from])),
        parent: scope,
        outer: node,
        outerId: id,
        children: new Map(),
        muted: scope.muted || node.mode !== undefined,
      }
      scope.children.set(id, child)
      containing.set(child, [...around, name])
      scopes.push(child)
    }
  }
  return scopes
}

function readNode(scope: Scope, id: string, node: WorkflowNode, descriptions: Descriptions): FlatNode {
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

type Resolve = (scope: Scope, link: Link) => Resolved

function connect(flat: FlatNode, scope: Scope, resolve: Resolve): void {
  const given = new Map<string, Json>()
  forEachLink(flat.node, (input, link, position) => {
    const found = resolve(scope, link)
    if (found.kind === 'node') flat.links.push({ input, position, from: found.from, output: found.output })
    else if (found.kind === 'literal') given.set(input, found.value)
    else if (flat.skipped === undefined && flat.ports?.inputs.get(input)?.required === true) {
      flat.skipped = `\`${input}\` gets nothing: ${found.reason}`
    }
  })
  if (given.size > 0) flat.literals = { ...flat.literals, ...Object.fromEntries(given) }
}

function createResolver(byPath: ReadonlyMap<string, FlatNode>, descriptions: Descriptions): Resolve {
  const known = new Map<string, Resolved>()
  return (scope, link) => {
    const passed: string[] = []
    let at: Step = { scope, link }
    let found: Resolved | undefined
    while (found === undefined) {
      const [id, output] = at.link
      const node = Object.hasOwn(at.scope.nodes, id) ? at.scope.nodes[id] : undefined
      const direct = node !== undefined && node.mode === undefined && !at.scope.children.has(id)
      if (direct) {
        const from = byPath.get(at.scope.prefix + id)
        found =
          from === undefined
            ? { kind: 'absent', reason: `there is no \`${id}\`` }
            : { kind: 'node', from, output }
        break
      }
      const key = `${at.scope.prefix}\n${id}\n${output}`
      found =
        known.get(key) ??
        (passed.includes(key) ? { kind: 'absent', reason: `\`${id}\` waits for itself` } : undefined)
      if (found !== undefined) break
      passed.push(key)
      const next = stepThrough(at, node, descriptions)
      if ('kind' in next) found = next
      else at = next
    }
    for (const key of passed) known.set(key, found)
    return found
  }
}

interface Step {
  scope: Scope
  link: Link
}

/** One step of a link through what is not a running node: the border of a subgraph, or a bypassed node. */
function stepThrough(
  { scope, link }: Step,
  node: WorkflowNode | undefined,
  descriptions: Descriptions,
): Step | Resolved {
  const [id, output] = link
  if (id === '$in') return stepOut(scope, output)
  if (node === undefined) return { kind: 'absent', reason: `there is no \`${id}\`` }
  if (node.mode === 'mute') return { kind: 'absent', reason: `\`${id}\` is muted` }
  if (node.mode === 'bypass') return stepPast(scope, id, node, output, descriptions)
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
function stepPast(
  scope: Scope,
  id: string,
  node: WorkflowNode,
  output: string,
  descriptions: Descriptions,
): Step | Resolved {
  const description = descriptions.get(node.type)
  const ports = description === undefined ? undefined : portsOf(node, description, scope.nodes)
  const type = ports === undefined ? undefined : outputOf(ports, output)?.type
  const link = type === undefined || ports === undefined ? undefined : firstFitting(node, ports, type)
  if (link !== undefined) return { scope, link }
  return {
    kind: 'absent',
    reason: `\`${id}\` is bypassed and has no linked input of type ${type ?? 'any'} to hand on`,
  }
}

function firstFitting(node: WorkflowNode, ports: Ports, type: PortType): Link | undefined {
  const links = linksOf(node)
  const exact = links.find(({ input }) => ports.inputs.get(input)?.type === type)
  const fitting = exact ?? links.find(({ input }) => accepts(type, ports.inputs.get(input)?.type ?? 'any'))
  return fitting?.link
}
