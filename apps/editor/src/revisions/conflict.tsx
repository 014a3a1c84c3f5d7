import { Modal } from '../ui/modal.tsx'
import { showInstead } from '../session/files/open-workflow.ts'
import { saveCopy, saveOver } from '../session/files/save-workflow.ts'
import { useEditor, useWorkflow } from '../store/editor-context.ts'
import type { Dialog } from '../store/workbench-store.ts'
import { WorkflowChanges } from './workflow-changes.tsx'
import './revisions.css'

/** Somebody saved this workflow since it was opened: three ways on, none of which loses anything unasked. */
export function Conflict({ id, theirRevision, theirs }: Extract<Dialog, { kind: 'conflict' }>) {
  const editor = useEditor()
  const mine = useWorkflow((workflow) => workflow)
  const then = (act: () => unknown) => (): void => {
    editor.workbench.setState({ dialog: undefined })
    act()
  }
  return (
    <Modal title="Saved elsewhere in the meantime" wide>
      <p>
        “{theirs.name}” was saved from another tab or by someone else after you opened it. Nothing has been
        overwritten.
      </p>
      <section className="revision-changes" aria-label="From theirs to mine">
        <h3>From theirs to mine</h3>
        <WorkflowChanges
          before={theirs}
          after={mine}
          none="Nothing that matters for a run: names, places or colours at most."
        />
      </section>
      <div className="modal-buttons">
        <button
          type="button"
          className="button"
          onClick={then(() =>
            showInstead(editor, { workflow: theirs, origin: { id, revision: theirRevision } }),
          )}
        >
          Open theirs, drop mine
        </button>
        <button
          type="button"
          className="button"
          title="Theirs stays among the earlier versions"
          onClick={then(() => void saveOver(editor, id, theirRevision))}
        >
          Replace theirs
        </button>
        <button type="button" className="button primary" onClick={then(() => void saveCopy(editor))}>
          Keep both: save mine as a copy
        </button>
      </div>
    </Modal>
  )
}
