import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Popover } from './popover.tsx'
import './menu.css'

export interface MenuItem {
  id: string
  label: string
  detail?: string | undefined
  icon?: ReactNode
  onSelect: () => void
}

export interface MenuSection {
  title?: string
  items: readonly MenuItem[]
  /** Shown where there are no items. */
  empty?: string
}

export interface MenuProps {
  label: string
  trigger: ReactNode
  sections: readonly MenuSection[]
  onOpen?: () => void
  className?: string
}

/** A button that opens a list of actions; arrows move, Home and End jump, Escape closes. */
export function Menu({ label, trigger, sections, onOpen, className = '' }: MenuProps) {
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const close = useCallback(() => setOpen(false), [])
  const toggle = (): void => {
    if (!open) onOpen?.()
    setOpen(!open)
  }
  return (
    <div className="menu-anchor">
      <button
        ref={anchor}
        type="button"
        className={`button ${className}`}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={toggle}
      >
        {trigger}
      </button>
      {open && (
        <Popover anchor={anchor} onClose={close} role="menu" label={label} className="menu">
          <MenuList sections={sections} onClose={close} />
        </Popover>
      )}
    </div>
  )
}

/** A list of actions: arrows move, Home and End jump. */
export function MenuList({ sections, onClose }: { sections: readonly MenuSection[]; onClose: () => void }) {
  const list = useRef<HTMLDivElement>(null)
  const items = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
  ]
  useEffect(() => items()[0]?.focus(), [])
  const move = (event: KeyboardEvent): void => {
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    all[(next + all.length) % all.length]?.focus()
  }
  return (
    <div ref={list} onKeyDown={move}>
      {sections.map((section, index) => (
        <div key={section.title ?? index} role="group" aria-label={section.title} className="menu-section">
          {section.title !== undefined && <div className="menu-title">{section.title}</div>}
          {section.items.map((item) => (
            <button
              key={item.id}
              type="button"
              role="menuitem"
              className="menu-item"
              onClick={() => {
                onClose()
                item.onSelect()
              }}
            >
              {item.icon !== undefined && <span className="menu-icon">{item.icon}</span>}
              <span className="menu-label">{item.label}</span>
              {item.detail !== undefined && <span className="menu-detail">{item.detail}</span>}
            </button>
          ))}
          {section.items.length === 0 && section.empty !== undefined && (
            <div className="menu-empty">{section.empty}</div>
          )}
        </div>
      ))}
    </div>
  )
}
