import type { AppItem, Group, Json, Link, Place, View, Workflow, WorkflowNode } from '@woolgather/workflow'
import type { DocumentAction, InputRef } from './actions.ts'
import { isSingle, linksInto } from './inputs-of.ts'
import { reduceSubgraph } from './reduce-subgraph.ts'

/** The document after one change. Returns the same object where nothing changed, so that no empty step is kept. */
export function reduceDocument(document: Workflow, action: DocumentAction): Workflow {
  switch (action.type) {
    case 'workflow.rename':
      return action.name === document.name ? document : { ...document, name: action.name }
    case 'workflow.replace':
      return action.workflow
    case 'nodes.add':
      return { ...document, nodes: { ...document.nodes, ...action.nodes } }
    case 'nodes.remove':
      return removeNodes(document, new Set(action.ids))
    case 'nodes.move':
      return moveNodes(document, action.positions)
    case 'node.resize':
      return editView(document, action.id, {
        ...(action.width !== undefined && { width: action.width }),
        ...('height' in action && { height: action.height }),
      })
    case 'node.title':
      return editView(document, action.id, { title: action.title.trim() || undefined })
    case 'node.collapse':
      return editView(document, action.id, { collapsed: action.collapsed || undefined })
    case 'node.mode':
      return editNode(document, action.id, (node) => withMode(node, action.mode))
    case 'node.color':
      return editView(document, action.id, { color: action.color })
    case 'node.pin':
      return editView(document, action.id, { pinned: action.pinned || undefined })
    case 'seed.count':
      return countSeed(document, action, action.counts)
    case 'group.add':
      return { ...document, groups: [...(document.groups ?? []), action.group] }
    case 'group.edit':
      return editGroups(document, (groups) =>
        groups.map((group, at) => (at === action.at ? dropUndefined({ ...group, ...action.change }) : group)),
      )
    case 'group.remove':
      return editGroups(document, (groups) => groups.filter((_, at) => at !== action.at))
    case 'input.set':
      return editNode(document, action.node, (node) => ({
        ...withoutLink(node, action.input),
        inputs: { ...node.inputs, [action.input]: action.value },
      }))
    case 'input.clear':
      return editNode(document, action.node, (node) => withoutLiteral(node, action.input))
    case 'link.add':
      return addLink(document, action, action.from, action.append)
    case 'link.change':
      return editNode(document, action.node, (node) =>
        changeLink(node, action.input, action.from, action.newFrom),
      )
    case 'link.remove':
      return editNode(document, action.node, (node) =>
        removeLink(node, action.input, action.from, action.restore),
      )
    case 'link.reroute':
      return editNode(document, action.node, (node) =>
        rerouteLink(node, action.input, action.from, action.points),
      )
    case 'nodes.replace':
      return { ...document, nodes: action.nodes }
    case 'app.set':
      return withApp(document, action.items)
    case 'batch':
      return action.actions.reduce(reduceDocument, document)
    default:
      return reduceSubgraph(document, action)
  }
}

function editNode(document: Workflow, id: string, edit: (node: WorkflowNode) => WorkflowNode): Workflow {
  const node = document.nodes[id]
  if (!node) return document
  const edited = edit(node)
  return edited === node ? document : { ...document, nodes: { ...document.nodes, [id]: edited } }
}

function withMode(node: WorkflowNode, mode: WorkflowNode['mode']): WorkflowNode {
  if (node.mode === mode) return node
  const { mode: _, ...rest } = node
  return mode === undefined ? rest : { ...rest, mode }
}

function countSeed(document: Workflow, { node, input }: InputRef, counts: boolean): Workflow {
  const before = document.nodes[node]?.view?.counting ?? []
  if (before.includes(input) === counts) return document
  const counting = counts ? [...before, input] : before.filter((other) => other !== input)
  return editView(document, node, { counting: counting.length > 0 ? counting : undefined })
}

function editGroups(document: Workflow, edit: (groups: Group[]) => Group[]): Workflow {
  const { groups: before = [], ...rest } = document
  const groups = edit(before)
  return groups.length === 0 ? rest : { ...rest, groups }
}

function withApp(before: Workflow, items: readonly AppItem[]): Workflow {
  const { app: _, ...document } = before
  return items.length === 0 ? document : { ...document, app: items.map(dropUndefined) }
}

function editView(document: Workflow, id: string, change: Partial<View>): Workflow {
  return editNode(document, id, (node) => {
    const view = { x: 0, y: 0, ...node.view }
    const same = Object.entries(change).every(([key, value]) => view[key as keyof View] === value)
    return same ? node : { ...node, view: dropUndefined({ ...view, ...change }) }
  })
}

/** In one go: a copy of all nodes for each that moves would take the square of their number. */
function moveNodes(document: Workflow, positions: Record<string, Place>): Workflow {
  let moved: Workflow['nodes'] | undefined
  for (const [id, { x, y }] of Object.entries(positions)) {
    const node = document.nodes[id]
    if (!node || (node.view?.x === x && node.view.y === y)) continue
    moved ??= { ...document.nodes }
    moved[id] = { ...node, view: { ...node.view, x, y } }
  }
  return moved ? { ...document, nodes: moved } : document
}

function removeNodes(document: Workflow, ids: ReadonlySet<string>): Workflow {
  const kept = Object.entries(document.nodes).filter(([id]) => !ids.has(id))
  if (kept.length === Object.keys(document.nodes).length) return document
  return { ...document, nodes: Object.fromEntries(kept.map(([id, node]) => [id, withoutSources(node, ids)])) }
}

function withoutSources(node: WorkflowNode, gone: ReadonlySet<string>): WorkflowNode {
  let result = node
  for (const input of Object.keys(node.links ?? {}))
    for (const link of linksInto(node, input)) if (gone.has(link[0])) result = removeLink(result, input, link)
  return result
}

function addLink(document: Workflow, to: InputRef, from: Link, append: boolean): Workflow {
  return editNode(document, to.node, (node) => {
    const present = append ? linksInto(node, to.input) : []
    if (present.some((link) => sameLink(link, from))) return node
    const links = { ...node.links, [to.input]: append ? [...present, from] : from }
    const rerouted = append ? node : withReroutes(node, to.input, [])
    return { ...withoutLiteral(rerouted, to.input), links }
  })
}

function changeLink(node: WorkflowNode, input: string, from: Link, newFrom: Link): WorkflowNode {
  const value = node.links?.[input]
  if (value === undefined) return node
  const next = isSingle(value) ? newFrom : value.map((link) => (sameLink(link, from) ? newFrom : link))
  return { ...node, links: { ...node.links, [input]: next } }
}

function removeLink(node: WorkflowNode, input: string, from: Link, restore?: Json): WorkflowNode {
  const value = node.links?.[input]
  if (value === undefined || !linksInto(node, input).some((link) => sameLink(link, from))) return node
  const rest = isSingle(value) ? [] : value.filter((link) => !sameLink(link, from))
  const at = linksInto(node, input).findIndex((link) => sameLink(link, from))
  const left = (node.view?.reroutes?.[input] ?? []).filter((_, index) => index !== at)
  const rerouted = withReroutes(node, input, left)
  if (rest.length > 0) return { ...rerouted, links: { ...node.links, [input]: rest } }
  const unlinked = withoutLink(rerouted, input)
  if (restore === undefined) return unlinked
  return { ...unlinked, inputs: { ...unlinked.inputs, [input]: restore } }
}

function withoutLiteral(node: WorkflowNode, input: string): WorkflowNode {
  if (node.inputs?.[input] === undefined) return node
  const { [input]: _, ...inputs } = node.inputs
  return { ...node, inputs }
}

function withoutLink(node: WorkflowNode, input: string): WorkflowNode {
  if (node.links?.[input] === undefined) return node
  const { [input]: _, ...links } = node.links
  return { ...withReroutes(node, input, []), links }
}

function rerouteLink(node: WorkflowNode, input: string, from: Link, points: readonly Place[]): WorkflowNode {
  const links = linksInto(node, input)
  const before = node.view?.reroutes?.[input] ?? []
  const ways = links.map((link, at) => (sameLink(link, from) ? [...points] : (before[at] ?? [])))
  return withReroutes(node, input, ways)
}

/** The ways of the links into one input; where none is led anywhere nothing is kept. */
function withReroutes(node: WorkflowNode, input: string, ways: Place[][]): WorkflowNode {
  const { [input]: before, ...others } = node.view?.reroutes ?? {}
  const led = ways.some((points) => points.length > 0)
  if (!led && before === undefined) return node
  const reroutes = led ? { ...others, [input]: ways } : others
  const kept = Object.keys(reroutes).length > 0 ? reroutes : undefined
  return { ...node, view: dropUndefined({ x: 0, y: 0, ...node.view, reroutes: kept }) }
}

export function sameLink(a: Link, b: Link): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T
}
