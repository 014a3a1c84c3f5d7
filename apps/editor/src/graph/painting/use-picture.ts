import { useMemo } from 'react'
import type { CellStatus } from '../../run/run-state.ts'
import { useRun, useServer, useStructure, useView } from '../../store/editor-context.ts'
import type { RunStoreState } from '../../store/run-store.ts'
import type { PaintedLink, Picture } from './picture.ts'

const none: ReadonlySet<string> = new Set()
const noStatuses: ReadonlyMap<string, CellStatus> = new Map()

/** What is to be painted; undefined where every node is an element of the page. */
export function usePicture(links: readonly PaintedLink[]): Picture | undefined {
  const isPainted = useView((state) => state.shown !== undefined)
  const boxes = useView((state) => state.boxes)
  const full = useView((state) => state.detailed) ?? none
  const selectedNodes = useView((state) => state.selectedNodes)
  const selectedLinks = useView((state) => state.selectedLinks)
  const types = useServer((state) => state.byType)
  const nodes = useStructure()
  const statuses = useStatuses(isPainted)
  return useMemo(
    () =>
      isPainted ? { boxes, nodes, types, links, full, selectedNodes, selectedLinks, statuses } : undefined,
    [isPainted, boxes, nodes, types, links, full, selectedNodes, selectedLinks, statuses],
  )
}

/** How far the run is with each node: the same map while tokens come and none begins or ends. */
function useStatuses(wanted: boolean): ReadonlyMap<string, CellStatus> {
  return useRun(
    useMemo(() => {
      let last = noStatuses
      let seen: unknown
      return ({ run }: RunStoreState) => {
        if (!wanted || !run) return noStatuses
        if (run.nodes === seen) return last
        seen = run.nodes
        const now = new Map(Object.entries(run.nodes).map(([id, { status }]) => [id, status]))
        return (last = same(last, now) ? last : now)
      }
    }, [wanted]),
  )
}

function same(a: ReadonlyMap<string, CellStatus>, b: ReadonlyMap<string, CellStatus>): boolean {
  if (a.size !== b.size) return false
  for (const [id, status] of b) if (a.get(id) !== status) return false
  return true
}
