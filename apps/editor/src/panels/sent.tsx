import { useMemo } from 'react'
import { addressesIn } from '../document/addresses-in.ts'
import { useEditor } from '../store/editor-context.ts'
import type { Dialog } from '../store/workbench-store.ts'
import { Modal } from '../ui/modal.tsx'
import './sent.css'

/** Addresses that are listed; of more it is said how many. */
const mostListed = 8

/** A workflow came with a link: from somebody, whatever the address says that it was opened at. */
export function Sent({ workflow }: Extract<Dialog, { kind: 'sent' }>) {
  const editor = useEditor()
  const addresses = useMemo(() => addressesIn(workflow), [workflow])
  const count = Object.keys(workflow.nodes).length
  const more = addresses.length - mostListed
  return (
    <Modal title={`“${workflow.name}” came with a link`}>
      <p>
        Whoever made the link made this workflow, of {count === 1 ? 'one node' : `${count} nodes`}. It is open
        in a tab of its own, not saved, and nothing of it has run. Look through it before you press Run: it
        may write files into the output folder, download models, and send what it makes to addresses it names.
      </p>
      {addresses.length > 0 && (
        <section aria-label="Addresses it names">
          <h3>Addresses it names</h3>
          <ul className="sent-addresses">
            {addresses.slice(0, mostListed).map((address) => (
              <li key={address}>
                <code>{address.slice(0, 300)}</code>
              </li>
            ))}
            {more > 0 && <li>and {more} more</li>}
          </ul>
        </section>
      )}
      <div className="modal-buttons">
        <button
          type="button"
          className="button primary"
          onClick={() => editor.workbench.setState({ dialog: undefined })}
        >
          Look at it
        </button>
      </div>
    </Modal>
  )
}
