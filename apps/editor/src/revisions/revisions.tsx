import { useEffect, useState } from 'react'
import type { SavedWorkflow, WorkflowRevision } from '@woolgather/protocol'
import { Modal } from '../ui/modal.tsx'
import { describeError } from '../store/describe-error.ts'
import { openRevision, restoreRevision } from '../session/files/restore-revision.ts'
import { useDocument, useEditor } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import type { Dialog } from '../store/workbench-store.ts'
import { WorkflowChanges } from './workflow-changes.tsx'
import './revisions.css'

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Every state a workflow was saved in: what changed in each, to look at or to go back to. */
export function Revisions({ id }: Extract<Dialog, { kind: 'revisions' }>) {
  const editor = useEditor()
  const open = useDocument((state) => state.origin.revision)
  const [list, setList] = useState<WorkflowRevision[]>()
  const [chosen, setChosen] = useState<WorkflowRevision>()
  const [error, setError] = useState<string>()
  useEffect(() => {
    editor.client.ask('revisions', { id }).then(
      (found) => {
        setList(found)
        setChosen(found[0])
      },
      (thrown: unknown) => setError(describeError(thrown)[0]),
    )
  }, [editor, id])
  const close = (): void => editor.workbench.setState({ dialog: undefined })
  const then =
    (act: (editor: Editor, id: string, revision: WorkflowRevision) => Promise<void>) => (): void => {
      if (!chosen) return
      close()
      void act(editor, id, chosen)
    }
  const earlier = list && chosen ? list[list.indexOf(chosen) + 1] : undefined
  return (
    <Modal title="Earlier versions" wide>
      {error !== undefined && <p role="alert">{error}</p>}
      {list === undefined && error === undefined && <p className="hint">Fetching what was saved…</p>}
      {list && (
        <div className="revisions">
          <ul className="revision-list" aria-label="Saved versions, newest first">
            {list.map((revision) => (
              <li key={`${revision.revision} ${revision.saved}`}>
                <button
                  type="button"
                  className="revision"
                  aria-current={revision === chosen || undefined}
                  onClick={() => setChosen(revision)}
                >
                  {time.format(revision.saved)}
                  <span className="revision-name">
                    {revision.revision === open ? 'open here · ' : ''}
                    {revision.nodes === 1 ? '1 node' : `${revision.nodes} nodes`} · {revision.name}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {chosen && <Changes key={chosen.revision} id={id} before={earlier} after={chosen} />}
        </div>
      )}
      <div className="modal-buttons">
        <button type="button" className="button" disabled={!chosen} onClick={then(openRevision)}>
          Look at it in a tab
        </button>
        <button
          type="button"
          className="button"
          title="The workflow in front becomes this; undo brings back what it was"
          disabled={!chosen || chosen.revision === open}
          onClick={then(restoreRevision)}
        >
          Go back to it
        </button>
        <button type="button" className="button primary" onClick={close}>
          Close
        </button>
      </div>
    </Modal>
  )
}

interface ChangesProps {
  id: string
  /** Absent where it is the first that was saved. */
  before: WorkflowRevision | undefined
  after: WorkflowRevision
}

function Changes({ id, before, after }: ChangesProps) {
  const editor = useEditor()
  const [sides, setSides] = useState<SavedWorkflow[]>()
  const [error, setError] = useState<string>()
  useEffect(() => {
    const wanted = before ? [before, after] : [after]
    Promise.all(wanted.map(({ revision }) => editor.client.ask('revision', { id, revision }))).then(
      setSides,
      (thrown: unknown) => setError(describeError(thrown)[0]),
    )
  }, [editor, id, before, after])
  if (error !== undefined) return <p role="alert">{error}</p>
  const [first, second] = sides ?? []
  return (
    <section className="revision-changes" aria-label="What changed in it">
      <h3>{before ? 'Changed against the version before' : 'The first version that was saved'}</h3>
      {first && second && (
        <WorkflowChanges
          before={first.workflow}
          after={second.workflow}
          none="Nothing that matters for a run: names, places or colours at most."
        />
      )}
    </section>
  )
}
