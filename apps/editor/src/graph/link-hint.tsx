import { useConnection, useStore } from '@xyflow/react'
import { useEditor } from '../store/editor-context.ts'
import { judge } from '../session/editing/edit-graph.ts'
import { portColor } from '../ui/port-style.ts'
import type { LooseLink } from '../store/workbench-store.ts'
import './link-hint.css'

/** Beside the pointer while a link is drawn: the type in hand, or why it cannot go where it hovers. */
export function LinkHint({ link }: { link: LooseLink }) {
  const editor = useEditor()
  const box = useStore((state) => state.domNode)?.getBoundingClientRect()
  const connection = useConnection()
  if (!connection.inProgress) return null
  // React Flow gives the pointer in pixels of its own element.
  const left = (box?.left ?? 0) + connection.pointer.x + 16
  const top = (box?.top ?? 0) + connection.pointer.y + 14
  const verdict = connection.toHandle ? judgeHover(connection.toHandle) : undefined
  const refused = verdict && !verdict.ok
  return (
    <div
      className={`link-hint ${refused ? 'refused' : ''}`}
      role="status"
      style={{ left, top, '--port': portColor(link.type) } as React.CSSProperties}
    >
      {refused ? verdict.reason : link.type}
    </div>
  )

  function judgeHover({ nodeId, id, type }: { nodeId: string; id?: string | null; type: string }) {
    if (link.side === 'output')
      return type === 'target'
        ? judge(editor, link.from, { node: nodeId, input: id ?? '' })
        : hovering(nodeId, link.from[0], 'An output goes into an input')
    return type === 'source'
      ? judge(editor, [nodeId, id ?? ''], link.to)
      : hovering(nodeId, link.to.node, 'An input takes an output')
  }

  function hovering(node: string, own: string, reason: string) {
    return node === own ? undefined : { ok: false as const, reason }
  }
}
