import { commands, gestures } from '../commands/commands.ts'
import { AllowHosts } from './allow-hosts.tsx'
import { NameDialog } from './name-dialog.tsx'
import { Sent } from './sent.tsx'
import { saveWorkflow } from '../session/files/save-workflow.ts'
import { dropTab, hasUnsaved } from '../session/files/tabs.ts'
import { useEditor, useWorkbench, useWorkflow } from '../store/editor-context.ts'
import type { Dialog } from '../store/workbench-store.ts'
import { fetchedLater } from '../ui/fetched-later.tsx'
import { showKeys } from '../store/show-keys.ts'
import { Modal } from '../ui/modal.tsx'
import './dialogs.css'

const Templates = fetchedLater(async () => (await import('./templates.tsx')).Templates)
const Models = fetchedLater(async () => (await import('../models/models-dialog.tsx')).ModelsDialog)
const Workers = fetchedLater(async () => (await import('../workers/workers-dialog.tsx')).WorkersDialog)
const Reader = fetchedLater(async () => (await import('../reader/reader.tsx')).Reader)
const Writer = fetchedLater(async () => (await import('../reader/writer.tsx')).Writer)
const Missing = fetchedLater(async () => (await import('./missing.tsx')).Missing)

const Conflict = fetchedLater(async () => (await import('../revisions/conflict.tsx')).Conflict)
const Revisions = fetchedLater(async () => (await import('../revisions/revisions.tsx')).Revisions)
const RunComparison = fetchedLater(async () => (await import('../runs/run-comparison.tsx')).RunComparison)

export function Dialogs() {
  const dialog = useWorkbench((state) => state.dialog)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'shortcuts':
      return <Shortcuts />
    case 'templates':
      return <Templates />
    case 'models':
      return <Models {...dialog} />
    case 'workers':
      return <Workers />
    case 'conflict':
      return <Conflict {...dialog} />
    case 'revisions':
      return <Revisions {...dialog} />
    case 'missing':
      return <Missing {...dialog} />
    case 'close-tab':
      return <CloseTab {...dialog} />
    case 'allow-hosts':
      return <AllowHosts {...dialog} />
    case 'name':
      return <NameDialog {...dialog} />
    case 'sent':
      return <Sent {...dialog} />
    case 'read':
      return <Reader of={dialog} />
    case 'write':
      return <Writer to={dialog.to} />
    case 'compare-runs':
      return <RunComparison {...dialog} />
  }
}

const groups = ['Run', 'Graph', 'Arrange', 'Edit', 'View', 'Workflow'] as const

function Shortcuts() {
  const editor = useEditor()
  return (
    <Modal title="Shortcuts">
      <div className="shortcuts">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group && command.keys.length > 0)
                .map(({ title, keys }) => (
                  <Shortcut key={title} title={title} keys={keys[0] ?? ''} />
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>With mouse and arrows</h3>
          <dl>
            {gestures.map(({ title, keys }) => (
              <Shortcut key={title} title={title} keys={keys} />
            ))}
          </dl>
        </section>
      </div>
      <div className="modal-buttons">
        <a className="notices" href="third-party-notices.txt" target="_blank" rel="noreferrer">
          Licences of what this is made with
        </a>
        <button
          type="button"
          className="button primary"
          onClick={() => editor.workbench.setState({ dialog: undefined })}
        >
          Close
        </button>
      </div>
    </Modal>
  )
}

function Shortcut({ title, keys }: { title: string; keys: string }) {
  return (
    <div className="shortcut">
      <dt>{title}</dt>
      <dd>
        <kbd>{showKeys(keys)}</kbd>
      </dd>
    </div>
  )
}

/** The tab in front has changes that are nowhere else. */
function CloseTab({ tab }: Extract<Dialog, { kind: 'close-tab' }>) {
  const editor = useEditor()
  const name = useWorkflow((workflow) => workflow.name)
  const save = async (): Promise<void> => {
    editor.workbench.setState({ dialog: undefined })
    await saveWorkflow(editor, tab)
    if (!hasUnsaved(tab)) dropTab(editor, tab)
  }
  const drop = (): void => {
    editor.workbench.setState({ dialog: undefined })
    dropTab(editor, tab)
  }
  return (
    <Modal title={`Save “${name}” before it closes?`}>
      <p>It has changes that are not on the server yet. Closed without saving, they are gone.</p>
      <div className="modal-buttons">
        <button type="button" className="button" onClick={drop}>
          Close without saving
        </button>
        <button type="button" className="button primary" onClick={() => void save()}>
          Save and close
        </button>
      </div>
    </Modal>
  )
}
