import { useCallback, useMemo, useRef } from 'react'
import type { EdgeChange } from '@xyflow/react'
import type { NodeDescription, Place, PortType, WorkflowNode } from '@woolgather/workflow'
import { linksInto, outputsOf } from '../document/inputs-of.ts'
import { linkId } from '../document/link-id.ts'
import { useEditor, useServer, useStructure, useView } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { keepArray } from './keep-array.ts'
import type { LinkEdgeType } from './link-edge.tsx'

type Types = ReadonlyMap<string, NodeDescription>
type Nodes = Record<string, WorkflowNode>

const noPoints: readonly Place[] = []

/** React Flow's edges, derived from the links of the document; one that did not change stays the same object. */
export function useFlowEdges(): { edges: LinkEdgeType[]; onEdgesChange: (changes: EdgeChange[]) => void } {
  const editor = useEditor()
  const nodes = useWiring()
  const types = useServer((state) => state.byType)
  const selected = useView((state) => state.selectedLinks)
  const cache = useRef(new Map<string, LinkEdgeType>())
  const last = useRef<LinkEdgeType[]>([])

  const edges = useMemo(() => {
    const next = new Map<string, LinkEdgeType>()
    for (const edge of deriveEdges(nodes, types, selected)) {
      const old = cache.current.get(edge.id)
      const same =
        old &&
        old.selected === edge.selected &&
        old.data?.type === edge.data?.type &&
        old.data?.points === edge.data?.points
      next.set(edge.id, same ? old : edge)
    }
    cache.current = next
    return (last.current = keepArray(last.current, [...next.values()]))
  }, [nodes, types, selected])

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
  return { edges, onEdgesChange }
}

/** The nodes as they are linked: the same object while they are only moved. */
function useWiring(): Nodes {
  const nodes = useStructure()
  const last = useRef(nodes)
  if (last.current !== nodes && !sameWiring(last.current, nodes)) last.current = nodes
  return last.current
}

function sameWiring(before: Nodes, now: Nodes): boolean {
  const ids = Object.keys(now)
  return ids.length === Object.keys(before).length && ids.every((id) => sameLinks(before[id], now[id]!))
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

function deriveEdges(nodes: Nodes, types: Types, selected: ReadonlySet<string>): LinkEdgeType[] {
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
            selected: selected.has(id),
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
