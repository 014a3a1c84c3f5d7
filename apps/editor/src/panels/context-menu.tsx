import { useReactFlow } from '@xyflow/react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { commands } from '../commands/commands.ts'
import { isEnabled, keysOf, type Command } from '../commands/command.ts'
import { actAt } from '../session/editing/open-search.ts'
import { useEditor, useWorkbench } from '../store/editor-context.ts'
import type { MenuRequest } from '../store/workbench-store.ts'
import { MenuList, type MenuSection } from '../ui/menu.tsx'
import { swatchColor } from '../ui/node-colors.ts'
import './context-menu.css'

const sections = ['run', 'one', 'nodes', 'state', 'subgraph', 'arrange', 'remove'] as const

/** What can be done with what is under the pointer, or has the focus. */
export function ContextMenu() {
  const request = useWorkbench((state) => state.menu)
  return request ? <OpenMenu key={`${request.x} ${request.y}`} request={request} /> : null
}

/** Pixels kept free around the menu. */
const margin = 8

function OpenMenu({ request }: { request: MenuRequest }) {
  const editor = useEditor()
  const flow = useReactFlow()
  const panel = useRef<HTMLDivElement>(null)
  const [before] = useState(() => document.activeElement)
  const [place, setPlace] = useState({ left: request.x, top: request.y })
  const close = (): void => editor.workbench.setState({ menu: undefined })
  useLayoutEffect(() => {
    const box = panel.current?.getBoundingClientRect()
    if (!box) return
    setPlace({
      left: Math.max(margin, Math.min(request.x, innerWidth - box.width - margin)),
      top: Math.max(margin, Math.min(request.y, innerHeight - box.height - margin)),
    })
  }, [request])
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' && event.key !== 'Tab') return
      event.preventDefault()
      event.stopPropagation()
      editor.workbench.setState({ menu: undefined })
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus()
    }
    document.addEventListener('keydown', key, true)
    return () => document.removeEventListener('keydown', key, true)
  }, [editor, before])

  const run = (command: Command): void => {
    if (before instanceof HTMLElement || before instanceof SVGElement) before.focus()
    actAt(request)
    command.run(editor, flow)
  }
  const fitting = commands.filter(
    (command) => command.menus?.includes(request.target) && isEnabled(editor, command),
  )
  const swatches = fitting.filter(({ swatch }) => swatch !== undefined)
  const lists = sections.flatMap((section): MenuSection[] => {
    const items = fitting.filter((command) => command.section === section)
    if (items.length === 0) return []
    return [
      {
        items: items.map((command) => ({
          id: command.title,
          label: command.short ?? command.title,
          detail: keysOf(command) || undefined,
          onSelect: () => run(command),
        })),
      },
    ]
  })
  return (
    <>
      <div
        className="search-backdrop"
        onPointerDown={close}
        onContextMenu={(event) => {
          event.preventDefault()
          close()
        }}
      />
      <div
        ref={panel}
        role="menu"
        aria-label={labels[request.target]}
        className="popover menu context-menu"
        style={place}
      >
        <MenuList sections={lists} onClose={close} />
        {swatches.length > 0 && (
          <div className="swatches" role="group" aria-label="Colour">
            {swatches.map((command) => (
              <button
                key={command.title}
                type="button"
                role="menuitem"
                className="swatch"
                aria-label={command.title}
                title={command.title}
                data-none={command.swatch === '' || undefined}
                style={{ '--swatch': swatchColor(command.swatch ?? '') } as React.CSSProperties}
                onClick={() => {
                  close()
                  run(command)
                }}
              />
            ))}
          </div>
        )}
      </div>
    </>
  )
}

const labels = { nodes: 'Selected nodes', link: 'Link', canvas: 'Graph' }
