import { useStoreApi } from '@xyflow/react'
import { useEffect } from 'react'
import { useFront } from '../store/editor-context.ts'
import { chooseDetail } from './detail.ts'

/** Keeps what is drawn in full up to date while one moves about, once a frame at most. */
export function useDetail(): void {
  const { view } = useFront()
  const store = useStoreApi()
  useEffect(() => {
    let frame: number | undefined
    const choose = (): void => {
      frame = undefined
      const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node')?.dataset['id']
      const before = view.getState().detailed
      const detailed = chooseDetail(store.getState(), before, focused)
      if (detailed !== before) view.setState({ detailed })
    }
    const stop = store.subscribe(() => (frame ??= requestAnimationFrame(choose)))
    return () => {
      stop()
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [view, store])
}
