import { CircleAlert, CircleCheck, PackageX } from 'lucide-react'
import { useCallback, useRef } from 'react'
import type { Issue, Warning, Workflow } from '@woolgather/workflow'
import { idsOf } from '../document/ids-of.ts'
import { inputsNode, outputsNode } from '../document/scope.ts'
import { findPlace } from '../document/find-place.ts'
import { countMissing, showMissing } from '../session/checking/find-missing.ts'
import {
  useDocument,
  useEditor,
  useProblems,
  useServer,
  useView,
  useWorkbench,
  useWorkflow,
} from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { Prose } from '../ui/prose.tsx'
import { Popover } from '../ui/popover.tsx'
import { useRevealNode } from '../ui/use-reveal-node.ts'
import { ServerTrouble } from './server-trouble.tsx'
import './status-bar.css'

export function StatusBar() {
  const count = useWorkflow((workflow) => countNodes(workflow.nodes))
  const selected = useView((state) => state.selectedNodes.size)
  return (
    <footer className="status-bar">
      <Problems />
      <MissingButton />
      <ServerTrouble />
      <span className="spacer" />
      <span className="counts">
        {selected > 0 && `${selected} selected · `}
        {count === 1 ? '1 node' : `${count} nodes`}
      </span>
    </footer>
  )
}

/** The border of a subgraph is none of its nodes. */
function countNodes(nodes: Workflow['nodes']): number {
  return idsOf(nodes).length - Number(inputsNode in nodes) - Number(outputsNode in nodes)
}

function Problems() {
  const editor = useEditor()
  const issues = useProblems((state) => state.issues)
  const warnings = useProblems((state) => state.advice.warnings)
  const checked = useProblems((state) => state.checked)
  const open = useWorkbench((state) => state.problemsOpen)
  const anchor = useRef<HTMLButtonElement>(null)
  const close = useCallback(() => editor.workbench.setState({ problemsOpen: false }), [editor])
  const none = issues.length + warnings.length === 0
  return (
    <div className="menu-anchor">
      <button
        ref={anchor}
        type="button"
        className="problems-button"
        data-none={none || undefined}
        aria-busy={!checked}
        aria-haspopup="dialog"
        aria-expanded={open && !none}
        disabled={none}
        onClick={() => editor.workbench.setState({ problemsOpen: !open })}
      >
        {none ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
        {tellCounts(issues.length, warnings.length)}
      </button>
      {open && !none && (
        <Popover anchor={anchor} onClose={close} label="Problems" className="problems above">
          <ul>
            {[...issues, ...warnings].map((issue, at) => (
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

function tellCounts(problems: number, warnings: number): string {
  const counts = [
    ...(problems > 0 ? [problems === 1 ? '1 problem' : `${problems} problems`] : []),
    ...(warnings > 0 ? [warnings === 1 ? '1 warning' : `${warnings} warnings`] : []),
  ]
  return counts.length === 0 ? 'No problems' : counts.join(', ')
}

/** Says quietly that models or node types are missing here, and lists them. */
function MissingButton() {
  const editor = useEditor()
  const missing = useProblems((state) => state.missing)
  const count = countMissing(missing)
  if (count === 0) return null
  return (
    <button
      type="button"
      className="problems-button"
      aria-haspopup="dialog"
      title="Models and node types that this workflow needs and this server has not"
      onClick={() => showMissing(editor, missing)}
    >
      <PackageX aria-hidden /> {count} missing
    </button>
  )
}

function Problem({ issue, onReveal }: { issue: Issue | Warning; onReveal: () => void }) {
  const reveal = useRevealNode()
  const workflow = useDocument((state) => state.history.present)
  const place = issue.node === undefined ? undefined : findPlace(workflow, issue.node)
  const description = useServer((state) => state.byType.get(place?.node.type ?? ''))
  return (
    <button
      type="button"
      className="problem-item"
      onClick={() => {
        onReveal()
        if (place) reveal(place.id, issue.input, place.path)
      }}
    >
      {place && <span className="problem-node">{titleOf(place.node, description)}</span>}
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
