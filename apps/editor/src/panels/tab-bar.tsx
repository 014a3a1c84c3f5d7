import { Plus, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { withKeys } from '../commands/command.ts'
import { close, openTab } from '../commands/commands.ts'
import { isOver } from '../run/run-state.ts'
import { openEmpty } from '../session/files/open-workflow.ts'
import { closeTab, switchTab } from '../session/files/tabs.ts'
import { isDirty } from '../store/document-store.ts'
import { useEditor, useTabs } from '../store/editor-context.ts'
import type { Tab } from '../store/tab.ts'
import './tab-bar.css'

/** The open workflows, where there is more than one. */
export function TabBar() {
  const editor = useEditor()
  const open = useTabs((state) => state.open)
  const front = useTabs((state) => state.front)
  if (open.length < 2) return null
  return (
    <nav className="tab-bar" aria-label="Open workflows">
      <ul className="tab-list">
        {open.map((tab) => (
          <TabItem key={tab.id} tab={tab} front={tab.id === front} />
        ))}
      </ul>
      <button
        type="button"
        className="icon-button"
        aria-label="New workflow in a tab"
        title={withKeys('New workflow in a tab', openTab)}
        onClick={() => openEmpty(editor)}
      >
        <Plus />
      </button>
    </nav>
  )
}

function TabItem({ tab, front }: { tab: Tab; front: boolean }) {
  const editor = useEditor()
  const name = useStore(tab.document, (state) => state.history.present.name)
  const dirty = useStore(tab.document, isDirty)
  const running = useStore(tab.run, ({ run }) => run !== undefined && !isOver(run))
  const element = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (front) element.current?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [front])
  const shown = name || 'Untitled'
  return (
    <li ref={element} className="tab" data-front={front || undefined}>
      <button
        type="button"
        aria-current={front ? 'page' : undefined}
        className="tab-name"
        title={dirty ? `${shown}: not saved yet` : shown}
        onClick={() => switchTab(editor, tab)}
        onAuxClick={(event) => {
          if (event.button === 1) closeTab(editor, tab)
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
        title={front ? withKeys('Close', close) : 'Close'}
        onClick={() => closeTab(editor, tab)}
      >
        <X />
      </button>
    </li>
  )
}
