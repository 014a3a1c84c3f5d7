import { useStoreApi } from '@xyflow/react'
import { useEffect } from 'react'
import { useEditor } from '../store/editor-context.ts'
import { chooseDetail } from './detail.ts'

/** Keeps what is drawn in full up to date while one moves about, once a frame at most. */
export function useDetail(): void {
  const editor = useEditor()
  const store = useStoreApi()
  useEffect(() => {
    let frame: number | undefined
    const choose = (): void => {
      frame = undefined
      const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node')?.dataset['id']
      const before = editor.view.getState().detailed
      const detailed = chooseDetail(store.getState(), before, focused)
      if (detailed !== before) editor.view.setState({ detailed })
    }
    const stop = store.subscribe(() => (frame ??= requestAnimationFrame(choose)))
    return () => {
      stop()
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [editor, store])
}
