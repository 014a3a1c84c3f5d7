import { useCallback, useMemo, useRef } from 'react'
import type { EdgeChange } from '@xyflow/react'
import type { NodeDescription, Place, PortType, WorkflowNode } from '@woolgather/workflow'
import { idsOf } from '../document/ids-of.ts'
import { linksInto, outputsOf } from '../document/inputs-of.ts'
import { linkId } from '../document/link-id.ts'
import { useEditor, useServer, useStructure, useView } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { keepArray } from './keep-array.ts'
import type { LinkEdgeType } from './link-edge.tsx'

type Types = ReadonlyMap<string, NodeDescription>
type Nodes = Record<string, WorkflowNode>

const noPoints: readonly Place[] = []

const noLinks: LinkEdgeType[] = []

export interface FlowEdges {
  edges: LinkEdgeType[]
  /** Links of a very large graph whose ends are not both elements of the page. */
  painted: readonly LinkEdgeType[]
  /** What a node is linked to, either way. */
  linkedTo: (id: string) => Iterable<string>
  onEdgesChange: (changes: EdgeChange[]) => void
}

/** React Flow's edges, derived from the links of the document; one that did not change stays the same object. */
export function useFlowEdges(nodes: Nodes): FlowEdges {
  const editor = useEditor()
  const types = useServer((state) => state.byType)
  const selected = useView((state) => state.selectedLinks)
  const shown = useView((state) => state.shown)
  const cache = useRef(new Map<string, LinkEdgeType>())
  const marked = useRef(new Map<string, LinkEdgeType>())
  const last = useRef({ edges: noLinks, painted: noLinks })

  const all = useMemo(() => {
    const next = new Map<string, LinkEdgeType>()
    for (const edge of deriveEdges(nodes, types)) {
      const old = cache.current.get(edge.id)
      const same =
        old &&
        old.data?.type === edge.data?.type &&
        old.data?.points === edge.data?.points &&
        old.ariaLabel === edge.ariaLabel
      next.set(edge.id, same ? old : edge)
    }
    cache.current = next
    return [...next.values()]
  }, [nodes, types])

  const { edges, painted } = useMemo(() => {
    const isElement = ({ source, target }: LinkEdgeType): boolean =>
      !shown || (shown.has(source) && shown.has(target))
    const next = new Map<string, LinkEdgeType>()
    const rest: LinkEdgeType[] = []
    for (const edge of all)
      if (isElement(edge)) next.set(edge.id, mark(edge, selected.has(edge.id), marked.current.get(edge.id)))
      else rest.push(edge)
    marked.current = next
    last.current = {
      edges: keepArray(last.current.edges, [...next.values()]),
      painted: keepArray(last.current.painted, rest),
    }
    return last.current
  }, [all, selected, shown])

  const linkedTo = useLinkedTo(all)

  const onEdgesChange = useCallback(
    (changes: EdgeChange[]) => {
      const choices = changes.filter((change) => change.type === 'select')
      if (choices.length === 0) return
      const { selectedNodes, selectedLinks, select } = editor.front.view.getState()
      const next = new Set(selectedLinks)
      for (const { id, selected: on } of choices) {
        if (on) next.add(id)
        else next.delete(id)
      }
      select(selectedNodes, next)
    },
    [editor],
  )
  return { edges, painted, linkedTo, onEdgesChange }
}

/** A link as it is selected or not; the one that was there, where it is the same. */
function mark(edge: LinkEdgeType, selected: boolean, before: LinkEdgeType | undefined): LinkEdgeType {
  if (before && before.selected === selected && before.data === edge.data) return before
  return { ...edge, selected }
}

function useLinkedTo(links: readonly LinkEdgeType[]): (id: string) => Iterable<string> {
  return useMemo(() => findNeighbours(links), [links])
}

function findNeighbours(links: readonly LinkEdgeType[]): (id: string) => Iterable<string> {
  const near = new Map<string, string[]>()
  for (const { source, target } of links) {
    pushTo(near, source, target)
    pushTo(near, target, source)
  }
  return (id) => near.get(id) ?? []
}

function pushTo(lists: Map<string, string[]>, id: string, item: string): void {
  const list = lists.get(id)
  if (list) list.push(item)
  else lists.set(id, [item])
}

/** The nodes as they are linked: the same object while they are only moved. */
export function useWiring(): Nodes {
  const nodes = useStructure()
  const last = useRef(nodes)
  if (last.current !== nodes && !sameWiring(last.current, nodes)) last.current = nodes
  return last.current
}

function sameWiring(before: Nodes, now: Nodes): boolean {
  const ids = idsOf(now)
  return ids.length === idsOf(before).length && ids.every((id) => sameLinks(before[id], now[id]!))
}

function sameLinks(a: WorkflowNode | undefined, b: WorkflowNode): boolean {
  return (
    a === b ||
    (a?.type === b.type &&
      a.links === b.links &&
      a.inputs === b.inputs &&
      a.view?.reroutes === b.view?.reroutes &&
      a.view?.title === b.view?.title)
  )
}

function deriveEdges(nodes: Nodes, types: Types): LinkEdgeType[] {
  const outputs = new Map<string, Map<string, PortType>>()
  const typeOf = (id: string, output: string): PortType => {
    let known = outputs.get(id)
    if (!known) {
      const description = types.get(nodes[id]?.type ?? '')
      known = new Map(outputsOf(id, description, nodes).map(({ name, type }) => [name, type]))
      outputs.set(id, known)
    }
    return known.get(output) ?? 'any'
  }
  return Object.entries(nodes).flatMap(([target, node]) =>
    Object.keys(node.links ?? {}).flatMap((input) =>
      linksInto(node, input)
        .map((link, at) => ({ link, points: node.view?.reroutes?.[input]?.[at] ?? noPoints }))
        .filter(({ link: [source] }) => nodes[source])
        .map(({ link: [source, output], points }): LinkEdgeType => {
          const id = linkId([source, output], { node: target, input })
          return {
            id,
            type: 'link',
            source,
            target,
            sourceHandle: output,
            targetHandle: input,
            data: { type: typeOf(source, output), points },
            ariaLabel: `Link from ${nameOf(nodes, types, source)} to ${nameOf(nodes, types, target)}: ${output} to ${input}`,
          }
        }),
    ),
  )
}

function nameOf(nodes: Nodes, types: Types, id: string): string {
  const node = nodes[id]
  return titleOf(node, types.get(node?.type ?? ''))
}
