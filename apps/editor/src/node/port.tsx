import { Handle, Position, useReactFlow } from '@xyflow/react'
import { memo, type KeyboardEvent } from 'react'
import type { PortType } from '@woolgather/workflow'
import { useEditor } from '../store/editor-context.ts'
import { looseLinkAt } from '../session/editing/loose-link.ts'
import { portColor, portShapes } from '../ui/port-style.ts'
import './port.css'

export interface PortProps {
  node: string
  name: string
  type: PortType
  side: 'input' | 'output'
  label: string
  linked?: boolean
}

/** Where links begin and end. With the keyboard, Enter opens a list of what it can be wired to. */
export const Port = memo(function Port({ node, name, type, side, label, linked = false }: PortProps) {
  const editor = useEditor()
  const flow = useReactFlow()
  const handle = side === 'input' ? 'target' : 'source'
  const openPartners = (event: KeyboardEvent<HTMLDivElement>): void => {
    const shortcut = event.ctrlKey || event.metaKey
    if (shortcut || (event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    event.stopPropagation()
    const box = event.currentTarget.getBoundingClientRect()
    const screen = { x: side === 'input' ? box.left : box.right, y: box.bottom }
    const shift = side === 'input' ? -360 : 60
    const at = flow.screenToFlowPosition({ x: screen.x, y: screen.y })
    editor.workbench.setState({
      search: {
        screen,
        at: { x: at.x + shift, y: at.y - 40 },
        link: looseLinkAt(editor, node, name, handle),
        partners: true,
      },
    })
  }
  return (
    <Handle
      id={name}
      type={handle}
      position={side === 'input' ? Position.Left : Position.Right}
      className={`port ${handle} shape-${portShapes[type]}`}
      data-type={type}
      data-linked={linked || undefined}
      style={{ '--port': portColor(type) } as React.CSSProperties}
      tabIndex={0}
      role="button"
      aria-label={`${side === 'input' ? 'Input' : 'Output'} ${label}, ${type}`}
      title={`${label}: ${type}`}
      onKeyDown={openPartners}
    />
  )
})
