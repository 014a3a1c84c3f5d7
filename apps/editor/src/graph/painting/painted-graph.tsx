import { useStoreApi, ViewportPortal } from '@xyflow/react'
import { useLayoutEffect, useRef, useState } from 'react'
import { createPainter, type Painter } from './painter.ts'
import type { Picture } from './picture.ts'
import './painted-graph.css'

/** What of a very large graph is no element of the page, on one canvas that moves with the graph. */
export function PaintedGraph({ picture }: { picture: Picture }) {
  // React Flow makes the place for it later than this is drawn first.
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null)
  const painter = useRef<Painter | undefined>(undefined)
  const store = useStoreApi()
  useLayoutEffect(() => {
    if (!canvas) return
    const made = createPainter(canvas, store)
    painter.current = made
    const stop = store.subscribe(made.follow)
    return () => {
      stop()
      made.stop()
    }
  }, [canvas, store])
  useLayoutEffect(() => painter.current?.show(picture), [canvas, picture])
  return (
    <ViewportPortal>
      <canvas ref={setCanvas} className="painted-graph" aria-hidden />
    </ViewportPortal>
  )
}
