import { useEffect, useRef, type ReactNode } from 'react'
import { useEditor } from '../store/editor-context.ts'
import './modal.css'

export interface ModalProps {
  title: string
  wide?: boolean
  /** As large as the window. */
  full?: boolean
  children: ReactNode
}

/** A dialog over everything; Escape and a press beside it close it. */
export function Modal({ title, wide = false, full = false, children }: ModalProps) {
  const editor = useEditor()
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    // The safest answer, not the first: showModal would focus the one that drops work. A field to type into comes before both.
    element.current
      ?.querySelector<HTMLElement>('input[type="search"], [data-first], .primary')
      ?.focus({ preventScroll: true })
    // It is read from its top, wherever the button is that has the focus.
    element.current?.querySelector('.modal-inside')?.scrollTo(0, 0)
    element.current?.scrollTo(0, 0)
    return () => {
      // Closed by a button it is taken away, not closed, and would leave the keyboard nowhere.
      if (document.activeElement === document.body && before instanceof HTMLElement)
        before.focus({ preventScroll: true })
    }
  }, [])
  const close = (): void => editor.workbench.setState({ dialog: undefined })
  return (
    <dialog
      ref={element}
      className={full ? 'modal full' : wide ? 'modal wide' : 'modal'}
      aria-label={title}
      onClose={close}
      // At once: what the browser tells of its own closing comes later than the next key, which would be lost.
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        close()
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close()
      }}
    >
      <div className="modal-inside">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}
