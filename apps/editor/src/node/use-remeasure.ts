import { useUpdateNodeInternals } from '@xyflow/react'
import { useEffect, useRef } from 'react'

/** Tells React Flow that ports moved where the size of the node may not have changed. */
export function useRemeasure(id: string, ports: string, wasSketched: boolean = false): void {
  const update = useUpdateNodeInternals()
  const measured = useRef(wasSketched ? undefined : ports)
  useEffect(() => {
    // New nodes are measured by React Flow itself, all at once; asking for each would take the square of their number.
    if (measured.current === ports) return
    measured.current = ports
    update(id)
  }, [update, id, ports])
}
