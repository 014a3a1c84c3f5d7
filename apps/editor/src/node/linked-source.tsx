import { X } from 'lucide-react'
import type { Link } from '@woolgather/workflow'
import type { InputRef } from '../document/actions.ts'
import { disconnect } from '../session/editing/edit-graph.ts'
import { useEditor, useServer, useWorkflow } from '../store/editor-context.ts'
import { readableName, titleOf } from '../ui/describe-node.ts'
import { useRevealNode } from '../ui/use-reveal-node.ts'
import './linked-source.css'

/** In place of a control: which outputs feed this input, each to be visited or taken away. */
export function LinkedSource({ to, links, label }: { to: InputRef; links: Link[]; label: string }) {
  return (
    <div className="linked-sources">
      {links.map((link) => (
        <Source key={link.join('\n')} to={to} link={link} label={label} />
      ))}
    </div>
  )
}

function Source({ to, link, label }: { to: InputRef; link: Link; label: string }) {
  const editor = useEditor()
  const reveal = useRevealNode()
  const source = useWorkflow((workflow) => workflow.nodes[link[0]])
  const description = useServer((state) => state.byType.get(source?.type ?? ''))
  const title = source ? titleOf(source, description) : `${link[0]} (missing)`
  return (
    <span className="linked-source" data-missing={!source || undefined}>
      <button
        type="button"
        className="nodrag"
        aria-label={`${label}, linked from ${title} ${readableName(link[1])}`}
        title="Go to this node"
        onClick={() => reveal(link[0])}
      >
        <span className="source-title">{title}</span>{' '}
        <span className="source-output">{readableName(link[1])}</span>
      </button>
      <button
        type="button"
        className="icon-button nodrag"
        aria-label={`${label}, unlink`}
        title="Unlink"
        onClick={() => disconnect(editor, link, to)}
      >
        <X />
      </button>
    </span>
  )
}
