import type { Node } from '@xyflow/react'
import { useMemo, type MouseEvent as ReactMouseEvent } from 'react'
import { parseLinkId } from '../document/link-id.ts'
import { canInsert, insertExisting, isLoose, readLink } from '../session/editing/insert-on-link.ts'
import { useEditor } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import type { WholeLink } from '../store/workbench-store.ts'

type PointerLike = MouseEvent | TouchEvent | ReactMouseEvent

/** The link under a point of the window. */
export function linkAt(editor: Editor, x: number, y: number): WholeLink | undefined {
  const id = edgeAt(x, y)?.dataset['id']
  return id === undefined ? undefined : readLink(editor, parseLinkId(id))
}

function edgeAt(x: number, y: number): SVGElement | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const edge = element.closest<SVGElement>('.react-flow__edge')
    if (edge) return edge
  }
  return undefined
}

/** A node that nothing is linked to, dragged onto a link it fits on, is put there. The link shows that it would. */
export function useDropOnLink() {
  const editor = useEditor()
  return useMemo(() => {
    let taking: SVGElement | undefined
    const show = (edge: SVGElement | undefined): void => {
      if (edge === taking) return
      taking?.classList.remove('taking')
      edge?.classList.add('taking')
      taking = edge
    }
    const fitting = (event: PointerLike, { id }: Node): WholeLink | undefined => {
      if (!('clientX' in event) || !isLoose(editor, id)) return undefined
      const link = linkAt(editor, event.clientX, event.clientY)
      return link && canInsert(editor, id, link) ? link : undefined
    }
    return {
      over: (event: PointerLike, node: Node, nodes: readonly Node[]) => {
        const link = nodes.length === 1 ? fitting(event, node) : undefined
        show(link && 'clientX' in event ? edgeAt(event.clientX, event.clientY) : undefined)
      },
      drop: (event: PointerLike, node: Node, nodes: readonly Node[]) => {
        const link = nodes.length === 1 ? fitting(event, node) : undefined
        show(undefined)
        if (link) insertExisting(editor, node.id, link)
        editor.front.document.getState().closeStep()
      },
    }
  }, [editor])
}
