import { CircleAlert, CircleCheck, WifiOff } from 'lucide-react'
import { useCallback, useRef } from 'react'
import type { Issue } from '@woolgather/workflow'
import { useEditor, useProblems, useServer, useView, useWorkflow } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { Prose } from '../ui/prose.tsx'
import { Popover } from '../ui/popover.tsx'
import { useRevealNode } from '../ui/use-reveal-node.ts'

export function StatusBar() {
  const count = useWorkflow((workflow) => Object.keys(workflow.nodes).length)
  const selected = useView((state) => state.selectedNodes.size)
  const lost = useServer((state) => state.connection === 'lost')
  return (
    <footer className="status-bar">
      <Problems />
      {lost && (
        <span className="lost" role="alert">
          <WifiOff aria-hidden /> The server is gone. Your work is kept here; trying again…
        </span>
      )}
      <span className="spacer" />
      <span className="counts">
        {selected > 0 && `${selected} selected · `}
        {count === 1 ? '1 node' : `${count} nodes`}
      </span>
    </footer>
  )
}

function Problems() {
  const editor = useEditor()
  const issues = useProblems((state) => state.issues)
  const open = useView((state) => state.problemsOpen)
  const anchor = useRef<HTMLButtonElement>(null)
  const close = useCallback(() => editor.view.setState({ problemsOpen: false }), [editor])
  const none = issues.length === 0
  return (
    <div className="menu-anchor">
      <button
        ref={anchor}
        type="button"
        className="problems-button"
        data-none={none || undefined}
        aria-haspopup="dialog"
        aria-expanded={open && !none}
        disabled={none}
        onClick={() => editor.view.setState({ problemsOpen: !open })}
      >
        {none ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
        {none ? 'No problems' : issues.length === 1 ? '1 problem' : `${issues.length} problems`}
      </button>
      {open && !none && (
        <Popover anchor={anchor} onClose={close} label="Problems" className="problems above">
          <ul>
            {issues.map((issue, at) => (
              <li key={at}>
                <Problem issue={issue} onReveal={close} />
              </li>
            ))}
          </ul>
        </Popover>
      )}
    </div>
  )
}

function Problem({ issue, onReveal }: { issue: Issue; onReveal: () => void }) {
  const reveal = useRevealNode()
  const node = useWorkflow((workflow) => workflow.nodes[issue.node ?? ''])
  const description = useServer((state) => state.byType.get(node?.type ?? ''))
  return (
    <button
      type="button"
      className="problem-item"
      onClick={() => {
        onReveal()
        if (node && issue.node !== undefined) reveal(issue.node, issue.input)
      }}
    >
      {node && <span className="problem-node">{titleOf(node, description)}</span>}
      <span className="problem-text">
        <Prose text={issue.message} />
      </span>
      {issue.hint !== undefined && (
        <span className="hint">
          <Prose text={issue.hint} />
        </span>
      )}
    </button>
  )
}
