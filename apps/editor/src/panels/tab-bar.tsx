import { Plus, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { isOver, type RunState } from '../run/run-state.ts'
import { openEmpty } from '../session/open-workflow.ts'
import { closeTab, switchTab } from '../session/tabs.ts'
import { isDirty } from '../store/document-store.ts'
import { useDocument, useEditor, useRun, useTabs, useWorkflow } from '../store/editor-context.ts'

/** The open workflows, where there is more than one. */
export function TabBar() {
  const editor = useEditor()
  const order = useTabs((state) => state.order)
  const active = useTabs((state) => state.active)
  if (order.length < 2) return null
  return (
    <nav className="tab-bar" aria-label="Open workflows">
      <ul className="tab-list">
        {order.map((id) => (id === active ? <FrontTab key={id} id={id} /> : <BackTab key={id} id={id} />))}
      </ul>
      <button
        type="button"
        className="icon-button"
        aria-label="New workflow in a tab"
        title="New workflow in a tab (Shift+T)"
        onClick={() => openEmpty(editor)}
      >
        <Plus />
      </button>
    </nav>
  )
}

function FrontTab({ id }: { id: string }) {
  const name = useWorkflow((workflow) => workflow.name)
  const dirty = useDocument(isDirty)
  const status = useRun((state) => state.run?.status)
  return <Tab id={id} name={name} dirty={dirty} status={status} front />
}

function BackTab({ id }: { id: string }) {
  const tab = useTabs((state) => state.parked.get(id))
  if (tab === undefined) return null
  const { present } = tab.history
  return (
    <Tab
      id={id}
      name={present.name}
      dirty={present !== tab.saved}
      status={tab.run && !isOver(tab.run) ? 'running' : tab.run?.status}
      front={false}
    />
  )
}

interface TabProps {
  id: string
  name: string
  dirty: boolean
  status: RunState['status'] | undefined
  front: boolean
}

function Tab({ id, name, dirty, status, front }: TabProps) {
  const editor = useEditor()
  const element = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (front) element.current?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [front])
  const shown = name || 'Untitled'
  const running = status === 'running' || status === 'queued'
  return (
    <li ref={element} className="tab" data-front={front || undefined}>
      <button
        type="button"
        aria-current={front ? 'page' : undefined}
        className="tab-name"
        title={dirty ? `${shown}: not saved yet` : shown}
        onClick={() => switchTab(editor, id)}
        onAuxClick={(event) => {
          if (event.button === 1) closeTab(editor, id)
        }}
      >
        {running && <span className="tab-running" role="img" aria-label="Running" />}
        <span className="tab-text">{shown}</span>
        {dirty && <span className="dirty" role="img" aria-label="Not saved yet" />}
      </button>
      <button
        type="button"
        className="icon-button tab-close"
        aria-label={`Close ${shown}`}
        title={front ? 'Close (Shift+W)' : 'Close'}
        onClick={() => closeTab(editor, id)}
      >
        <X />
      </button>
    </li>
  )
}
