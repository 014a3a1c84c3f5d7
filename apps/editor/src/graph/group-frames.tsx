import { useReactFlow, ViewportPortal } from '@xyflow/react'
import { X } from 'lucide-react'
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import type { Group } from '@woolgather/workflow'
import type { DocumentAction } from '../document/actions.ts'
import type { Box } from '../layout/free-place.ts'
import { graphOf } from '../session/editing/edit-graph.ts'
import { useEditor, useFront, useWorkflow } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import { colorNames, hueOf, swatchColor } from '../ui/node-colors.ts'
import { TextArea } from '../ui/text-area.tsx'
import { useField } from '../ui/use-field.ts'
import './group-frames.css'

const none: readonly Group[] = []

/** Frames with a title behind the nodes, and notes: for people only. */
export function GroupFrames() {
  const groups = useWorkflow((workflow) => workflow.groups ?? none)
  if (groups.length === 0) return null
  return (
    <ViewportPortal>
      {groups.map((group, at) => (
        <GroupFrame key={at} at={at} group={group} />
      ))}
    </ViewportPortal>
  )
}

function GroupFrame({ at, group }: { at: number; group: Group }) {
  const { dispatch, closeStep } = useFront().document.getState()
  const { x, y, width, height, title, color, text } = group
  const note = text !== undefined
  const what = note ? 'note' : 'group'
  const hue = hueOf(color)
  const edit = (change: Partial<Group>): void => dispatch({ type: 'group.edit', at, change })
  const titleField = useField<HTMLInputElement>(title, (typed) => edit({ title: typed }))
  const drag = useDrag(at, 'move')
  const resize = useDrag(at, 'resize')
  const done = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'Escape' || (event.key === 'Enter' && !note)) event.currentTarget.blur()
  }
  return (
    <section
      className={note ? 'group-frame note' : 'group-frame'}
      data-group={at}
      aria-label={note ? `Note ${title}` : `Group ${title}`}
      style={
        {
          left: x,
          top: y,
          width,
          height,
          ...(hue !== undefined && { '--group': `oklch(var(--family-l) 0.11 ${hue})` }),
        } as React.CSSProperties
      }
    >
      <header className="group-header nopan" {...drag}>
        <input
          {...titleField}
          className="group-title"
          aria-label={`Title of the ${what}`}
          maxLength={200}
          onBlur={closeStep}
          onKeyDown={done}
        />
        <span className="group-tools">
          <button
            type="button"
            className="icon-button"
            aria-label={`Next colour of the ${what} ${title}`}
            title="Next colour"
            onClick={() => dispatch({ type: 'group.edit', at, change: { color: nextColor(color) } })}
          >
            <span className="group-swatch" style={{ background: swatchColor(nextColor(color)) }} />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove the ${what} ${title}`}
            title={note ? 'Remove the note' : 'Remove the group, keep its nodes'}
            onClick={() => dispatch({ type: 'group.remove', at })}
          >
            <X />
          </button>
        </span>
      </header>
      {note && (
        <TextArea
          text={text}
          onText={(typed) => edit({ text: typed })}
          onDone={closeStep}
          onKeyDown={done}
          className="note-text nopan"
          label={`Text of the note ${title}`}
          placeholder="Write what others should know"
        />
      )}
      <div
        className="group-resize nopan"
        role="button"
        tabIndex={0}
        aria-label={`Size of the ${what} ${title}: arrows change it`}
        {...resize}
      />
    </section>
  )
}

function nextColor(color: string | undefined): string {
  const at = colorNames.indexOf(color ?? '')
  return colorNames[(at + 1) % colorNames.length] ?? 'blue'
}

/** Smallest size of a frame, in graph units. */
const smallest = { width: 120, height: 60 }

/** How far an arrow key moves or resizes, in graph units. */
const step = 16

/** Moves a frame with the nodes in it, or resizes it: by dragging, or by the arrows while it has the focus. */
function useDrag(at: number, kind: 'move' | 'resize') {
  const editor = useEditor()
  const flow = useReactFlow()
  const held = useRef<{ x: number; y: number; nodes: readonly string[] } | undefined>(undefined)
  const by = (dx: number, dy: number, nodes: readonly string[]): void => {
    const actions =
      kind === 'move' ? moveActions(editor, at, dx, dy, nodes) : resizeActions(editor, at, dx, dy)
    editor.front.document.getState().dispatch({ type: 'batch', actions, merge: `${kind} group ${at}` })
  }
  const nodesInside = (): readonly string[] => {
    const group = graphOf(editor).groups?.[at]
    return group && kind === 'move' ? nodesIn(group, editor.front.view.getState().boxes) : []
  }
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0 || (event.target as Element).closest('input, button')) return
      event.stopPropagation()
      event.currentTarget.setPointerCapture(event.pointerId)
      editor.front.document.getState().closeStep()
      held.current = { x: event.clientX, y: event.clientY, nodes: nodesInside() }
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!held.current) return
      const zoom = flow.getZoom()
      const dx = Math.round((event.clientX - held.current.x) / zoom)
      const dy = Math.round((event.clientY - held.current.y) / zoom)
      if (dx === 0 && dy === 0) return
      held.current = { ...held.current, x: held.current.x + dx * zoom, y: held.current.y + dy * zoom }
      by(dx, dy, held.current.nodes)
    },
    onPointerUp: () => {
      held.current = undefined
      editor.front.document.getState().closeStep()
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.target !== event.currentTarget) return
      const ways: Record<string, [number, number]> = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, -step],
        ArrowDown: [0, step],
      }
      const way = ways[event.key]
      if (!way) return
      event.preventDefault()
      event.stopPropagation()
      by(...way, nodesInside())
    },
  }
}

/** The nodes that lie wholly in a frame. */
function nodesIn({ x, y, width, height }: Group, boxes: ReadonlyMap<string, Box>): string[] {
  return [...boxes]
    .filter(
      ([, box]) =>
        box.x >= x && box.y >= y && box.x + box.width <= x + width && box.y + box.height <= y + height,
    )
    .map(([id]) => id)
}

function moveActions(
  editor: Editor,
  at: number,
  dx: number,
  dy: number,
  ids: readonly string[],
): DocumentAction[] {
  const { nodes, groups } = graphOf(editor)
  const group = groups?.[at]
  if (!group) return []
  const free = ids.filter((id) => nodes[id] && nodes[id].view?.pinned !== true)
  const positions = free.map((id) => [
    id,
    { x: (nodes[id]?.view?.x ?? 0) + dx, y: (nodes[id]?.view?.y ?? 0) + dy },
  ])
  return [
    { type: 'group.edit', at, change: { x: group.x + dx, y: group.y + dy } },
    { type: 'nodes.move', positions: Object.fromEntries(positions) },
  ]
}

function resizeActions(editor: Editor, at: number, dx: number, dy: number): DocumentAction[] {
  const group = graphOf(editor).groups?.[at]
  if (!group) return []
  const width = Math.max(smallest.width, group.width + dx)
  const height = Math.max(smallest.height, group.height + dy)
  return [{ type: 'group.edit', at, change: { width, height } }]
}
