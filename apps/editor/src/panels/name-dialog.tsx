import { useState } from 'react'
import { idFor } from '../session/files/save-workflow.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import type { Dialog } from '../store/workbench-store.ts'
import { Modal } from '../ui/modal.tsx'
import './name-dialog.css'

/** The first save asks what the workflow is to be called: its address follows from that, once. */
export function NameDialog({ name: suggested, answer }: Extract<Dialog, { kind: 'name' }>) {
  const editor = useEditor()
  const [name, setName] = useState(suggested)
  const id = useServer(() => idFor(editor, name))
  return (
    <Modal title="Save the workflow">
      <form
        className="name-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') answer(name)
        }}
      >
        <label>
          <span>Name</span>
          <input
            className="control"
            data-first
            value={name}
            maxLength={200}
            spellCheck={false}
            onFocus={(event) => event.currentTarget.select()}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <p className="name-hint">
          Its file and its links are called <code>{id}</code>, which stays when you rename it later.
        </p>
        <div className="modal-buttons">
          <button
            type="button"
            className="button"
            onClick={() => editor.workbench.setState({ dialog: undefined })}
          >
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={name.trim() === ''}>
            Save
          </button>
        </div>
      </form>
    </Modal>
  )
}
