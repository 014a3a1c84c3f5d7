import { useEffect, useRef, type ReactNode, type RefObject } from 'react'

export interface PopoverProps {
  /** Pressing it does not count as pressing elsewhere. */
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
  className?: string
  role?: string
  label: string
  children: ReactNode
}

/** A panel that closes on Escape, on a press elsewhere, and when focus moves on; Escape gives focus back. */
export function Popover({ anchor, onClose, className = '', role = 'dialog', label, children }: PopoverProps) {
  const panel = useRef<HTMLDivElement>(null)
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
      onClose()
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
  }, [anchor, onClose])
  return (
    <div ref={panel} role={role} aria-label={label} className={`popover ${className}`}>
      {children}
    </div>
  )
}
