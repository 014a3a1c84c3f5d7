import { useEffect, useRef, useState } from 'react'
import { FolderOpen, Search } from 'lucide-react'
import { addModel } from '../session/files/add-model.ts'
import { loadModels } from '../session/server/load-library.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { Modal } from '../ui/modal.tsx'
import { formatBytes } from '../run/show-run.ts'
import { Downloads } from './downloads.tsx'
import { HubSearch } from './hub-search.tsx'
import { LocalModels } from './local-models.tsx'
import './models.css'

/** Every model of this machine, those to be had, and what is on its way. */
export function ModelsDialog({ search }: { search?: string }) {
  const editor = useEditor()
  const [page, setPage] = useState<'here' | 'hub'>(search === undefined ? 'here' : 'hub')
  const [over, setOver] = useState(false)
  const isElsewhere = useServer((state) => state.worker.fabric !== undefined)
  useEffect(() => {
    loadModels(editor).catch(() => undefined)
  }, [editor])
  const add = (files: Iterable<File>): void => {
    for (const file of files) void addModel(editor, file)
  }
  return (
    <Modal title="Models" wide>
      <div
        className="models"
        data-over={over || undefined}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes('Files')) return
          event.preventDefault()
          event.stopPropagation()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          event.stopPropagation()
          setOver(false)
          add(event.dataTransfer.files)
        }}
      >
        <div className="models-bar">
          <div role="tablist" aria-label="Models" className="models-tabs">
            <Tab label={isElsewhere ? 'On workers' : 'On this machine'} chosen={page === 'here'} onChoose={() => setPage('here')} />
            <Tab label="Search Hugging Face" chosen={page === 'hub'} onChoose={() => setPage('hub')} />
          </div>
          <span className="spacer" />
          <AddButton onAdd={add} />
        </div>
        {isElsewhere && (
          <p className="models-facts">
            Models run on workers of other machines, from the folders that those were told. What is added or
            downloaded here comes to the server: a worker on this machine with the same folder has it too.
          </p>
        )}
        <Uploads />
        <Downloads />
        {page === 'here' ? (
          <LocalModels onSearch={() => setPage('hub')} />
        ) : (
          <HubSearch begin={search ?? ''} />
        )}
      </div>
    </Modal>
  )
}

function Tab({ label, chosen, onChoose }: { label: string; chosen: boolean; onChoose: () => void }) {
  return (
    <button type="button" role="tab" aria-selected={chosen} className="models-tab" onClick={onChoose}>
      {chosen && label.startsWith('Search') && <Search aria-hidden />}
      {label}
    </button>
  )
}

function AddButton({ onAdd }: { onAdd: (files: Iterable<File>) => void }) {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className="button"
        title="Or drop it here. It is copied into the models folder"
        onClick={() => picker.current?.click()}
      >
        <FolderOpen /> Add a file…
      </button>
      <input
        ref={picker}
        type="file"
        accept=".gguf"
        multiple
        hidden
        aria-label="Model file"
        onChange={(event) => {
          onAdd([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </>
  )
}

function Uploads() {
  const uploads = useServer((state) => state.uploads)
  if (uploads.length === 0) return null
  return (
    <ul className="models-downloads" aria-label="Files being added">
      {uploads.map(({ name, bytes }, at) => (
        <li key={at}>
          <code>{name}</code>
          <span className="models-facts">{formatBytes(bytes)}</span>
          <progress aria-label={`Adding ${name}`} />
        </li>
      ))}
    </ul>
  )
}
