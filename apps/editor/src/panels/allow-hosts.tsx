import { allowHosts } from '../session/server/allow-host.ts'
import { useEditor } from '../store/editor-context.ts'
import type { Dialog } from '../store/workbench-store.ts'
import { Modal } from '../ui/modal.tsx'
import './allow-hosts.css'

/** Whoever wrote a workflow chose where its models come from; the person who runs it is asked once for each place. */
export function AllowHosts({ hosts, goOn }: Extract<Dialog, { kind: 'allow-hosts' }>) {
  const editor = useEditor()
  const close = (): void => editor.workbench.setState({ dialog: undefined })
  const allow = async (): Promise<void> => {
    close()
    if (await allowHosts(editor, hosts)) goOn()
  }
  const one = hosts.length === 1
  return (
    <Modal title={one ? 'Download from a new place?' : `Download from ${hosts.length} new places?`}>
      <ul className="allow-hosts" aria-label="Places">
        {hosts.map((host) => (
          <li key={host}>
            <code>{host}</code>
          </li>
        ))}
      </ul>
      <p>
        This workflow fetches {one ? 'a model' : 'models'} from there, and nothing was downloaded from there
        yet. Who runs {one ? 'that place' : 'those places'} learns that you ask for {one ? 'it' : 'them'}. You
        are asked once.
      </p>
      <div className="modal-buttons">
        <button type="button" className="button" data-first onClick={close}>
          Do not download
        </button>
        <button type="button" className="button primary" onClick={() => void allow()}>
          Allow and go on
        </button>
      </div>
    </Modal>
  )
}
