import { Search } from 'lucide-react'
import { useState } from 'react'
import type { WorkflowSummary } from '@woolgather/protocol'
import { openFromServer } from '../session/files/open-workflow.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { Modal } from '../ui/modal.tsx'
import { groupExamples } from './example-groups.ts'
import './templates.css'

/** The examples that are shipped, by what they are about, each with a picture of what it makes. */
export function Templates() {
  const editor = useEditor()
  const workflows = useServer((state) => state.workflows)
  const [query, setQuery] = useState('')
  const groups = groupExamples(workflows.filter((each) => matches(each, query)))
  const close = (): void => editor.workbench.setState({ dialog: undefined })
  const open = (id: string): void => {
    close()
    void openFromServer(editor, id)
  }
  return (
    <Modal title="Examples" wide>
      <div className="search-field template-search">
        <Search aria-hidden />
        <input
          type="search"
          placeholder="Search the examples"
          aria-label="Search the examples"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      {groups.length === 0 && <p className="hint">No example speaks of “{query}”.</p>}
      {groups.map(([group, examples]) => (
        <section key={group} className="template-group" aria-label={group}>
          <h3>{group}</h3>
          <ul className="templates">
            {examples.map((example) => (
              <li key={example.id}>
                <ExampleButton example={example} onOpen={open} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <div className="modal-buttons">
        <button type="button" className="button primary" onClick={close}>
          Close
        </button>
      </div>
    </Modal>
  )
}

function ExampleButton({ example, onOpen }: { example: WorkflowSummary; onOpen: (id: string) => void }) {
  const { id, name, about } = example
  return (
    <button type="button" className="template" onClick={() => onOpen(id)}>
      {about && <img src={`examples/${id}.webp`} alt="" loading="lazy" />}
      <span className="template-name">{name}</span>
      {about && <span className="template-sentence">{about.sentence}</span>}
    </button>
  )
}

/** Every word is somewhere in what is shown of it. */
function matches({ name, about }: WorkflowSummary, query: string): boolean {
  const shown = `${name} ${about?.group ?? ''} ${about?.sentence ?? ''}`.toLowerCase()
  const words = query.toLowerCase().split(/\s+/)
  return words.every((word) => shown.includes(word))
}
