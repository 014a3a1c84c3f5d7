import { useStoreApi } from '@xyflow/react'
import { useCallback, useEffect, useRef } from 'react'
import { flushSync } from 'react-dom'
import { parseLinkId } from '../document/link-id.ts'
import { useFront } from '../store/editor-context.ts'
import { chooseDetail, chooseShown } from './detail.ts'

/** Ends of more selected links than this are not held: they are selected to be deleted, not to be led elsewhere. */
const mostLinks = 50

export interface Holding {
  /** The node under the pointer becomes an element of the page at once: what is pressed next is that. */
  hover: (id: string | undefined) => void
  /** These nodes are dragged; none any more. */
  hold: (ids: readonly string[]) => void
}

/** Keeps what is drawn in full, and what is an element of the page at all, up to date: once a frame at most. */
export function useShown(linkedTo: (id: string) => Iterable<string>): Holding {
  const { view } = useFront()
  const store = useStoreApi()
  const held = useRef<{ hovered: string | undefined; dragged: readonly string[] }>({
    hovered: undefined,
    dragged: [],
  })

  const choose = useCallback((): void => {
    const { boxes, detailed: fullBefore, shown: shownBefore, selectedLinks } = view.getState()
    const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node')
    const id = focused?.dataset['id']
    // What is pressed gets the focus: what is in it must not be replaced before it is let go, or that is no click.
    const typed = focused === document.activeElement ? undefined : id
    const detailed = chooseDetail(boxes, store.getState(), fullBefore, typed)
    const shown = chooseShown(boxes, shownBefore, detailed, {
      withLinks: [
        ...(id === undefined ? [] : [id]),
        ...held.current.dragged,
        ...endsOf([...selectedLinks].slice(0, mostLinks)),
      ],
      hovered: held.current.hovered,
      linkedTo,
    })
    if (detailed !== fullBefore || shown !== shownBefore) view.setState({ detailed, shown })
  }, [view, store, linkedTo])

  useEffect(() => {
    let frame: number | undefined
    const schedule = (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined
        choose()
      })
    }
    schedule()
    const stopFlow = store.subscribe(schedule)
    const stopView = view.subscribe((state, before) => {
      if (state.boxes !== before.boxes || state.selectedLinks !== before.selectedLinks) schedule()
    })
    return () => {
      stopFlow()
      stopView()
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [view, store, choose])

  const hover = useCallback(
    (id: string | undefined) => {
      if (held.current.hovered === id) return
      held.current.hovered = id
      flushSync(choose)
    },
    [choose],
  )
  const hold = useCallback(
    (ids: readonly string[]) => {
      held.current.dragged = ids
      choose()
    },
    [choose],
  )
  return { hover, hold }
}

function endsOf(links: readonly string[]): string[] {
  return links.flatMap((link) => {
    const { from, to } = parseLinkId(link)
    return [from[0], to.node]
  })
}
