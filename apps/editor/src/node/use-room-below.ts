import { useNodeId, useStore, type Node } from '@xyflow/react'
import { useLayoutEffect, type RefObject } from 'react'

type Place = Pick<Node, 'id' | 'position' | 'measured'>

/** Between a result and the node below it, in graph units. */
const gap = 12

/** A result has this much room at least, in graph units: less of it could not be read. */
const least = 100

/**
 * Keeps the result of a node from covering the node below it: as `--room` it gets the height that it may have, in graph
 * units, and scrolls then. It gets none where nothing is below, and in the form.
 */
export function useRoomBelow(result: RefObject<HTMLElement | null>): void {
  const id = useNodeId()
  // Its own height, too: where the result begins depends on what is unfolded above it.
  const around = useStore(({ nodes }) => (id === null ? '' : describePlace(nodes, id)))
  useLayoutEffect(() => {
    const section = result.current
    const [below = Infinity] = around.split(' ').map(Number)
    if (!section) return
    if (Number.isFinite(below))
      section.style.setProperty('--room', `${Math.max(least, below - gap - section.offsetTop)}px`)
    else section.style.removeProperty('--room')
  }, [result, around])
}

/** How far under the head of a node the next one below it begins, and how high the node is. */
function describePlace(nodes: readonly Place[], id: string): string {
  const own = nodes.find((node) => node.id === id)
  return own ? `${distanceBelow(own, nodes)} ${own.measured?.height ?? 0}` : ''
}

/** From the head of a node to that of the nearest one below; infinite where there is none. */
function distanceBelow(own: Place, nodes: readonly Place[]): number {
  const right = own.position.x + (own.measured?.width ?? 0)
  let nearest = Infinity
  for (const { position, measured } of nodes) {
    const overlaps = position.x < right && own.position.x < position.x + (measured?.width ?? 0)
    if (overlaps && position.y > own.position.y) nearest = Math.min(nearest, position.y - own.position.y)
  }
  return nearest
}
