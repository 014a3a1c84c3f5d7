import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react'
import { keepInView } from './keep-in-view.ts'
import './popover.css'

export interface PopoverProps {
  /** Pressing it does not count as pressing elsewhere. */
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
  /** Escape takes something back, besides closing. */
  onEscape?: () => void
  className?: string
  role?: string
  label: string
  children: ReactNode
}

/** A panel that closes on Escape, on a press elsewhere, and when focus moves on; Escape gives focus back. */
export function Popover({
  anchor,
  onClose,
  onEscape = onClose,
  className = '',
  role = 'dialog',
  label,
  children,
}: PopoverProps) {
  const panel = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const resized = new ResizeObserver(() => {
      if (panel.current && anchor.current) keepInView(panel.current, anchor.current)
    })
    resized.observe(panel.current!)
    return () => resized.disconnect()
  }, [anchor])
  useEffect(() => {
    const inside = (target: EventTarget | null): boolean =>
      target instanceof Node && (panel.current?.contains(target) || anchor.current?.contains(target)) === true
    const press = (event: PointerEvent): void => {
      if (!inside(event.target)) onClose()
    }
    const move = (event: FocusEvent): void => {
      if (event.target !== document.body && !inside(event.target)) onClose()
    }
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      event.preventDefault()
      onEscape()
      anchor.current?.focus()
    }
    document.addEventListener('pointerdown', press, true)
    document.addEventListener('focusin', move)
    document.addEventListener('keydown', key, true)
    return () => {
      document.removeEventListener('pointerdown', press, true)
      document.removeEventListener('focusin', move)
      document.removeEventListener('keydown', key, true)
    }
  }, [anchor, onClose, onEscape])
  return (
    <div
      ref={panel}
      role={role}
      aria-label={label}
      className={`popover ${className}`}
      // A press on a line of a list would give the focus to what is behind the panel, and so close it.
      onMouseDown={(event) => {
        if (
          !(event.target as Element).closest(
            'input, textarea, select, button, a, [tabindex]:not(.react-flow__node)',
          )
        )
          event.preventDefault()
      }}
    >
      {children}
    </div>
  )
}
