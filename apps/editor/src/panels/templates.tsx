import { useEffect, useState } from 'react'
import { describeTypes, type NodeDescription, type Workflow } from '@woolgather/workflow'
import { arrangeNodes } from '../layout/arrange-nodes.ts'
import { describeError } from '../store/describe-error.ts'
import { openFromServer } from '../session/files/open-workflow.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { Modal } from '../ui/modal.tsx'
import { WorkflowPicture } from './workflow-picture.tsx'
import './templates.css'

interface Template {
  id: string
  workflow: Workflow
  types: ReadonlyMap<string, NodeDescription>
}

/** The examples that are shipped, each as a picture of its graph and a sentence about what is in it. */
export function Templates() {
  const editor = useEditor()
  const { templates, error } = useTemplates()
  const open = (id: string): void => {
    editor.workbench.setState({ dialog: undefined })
    void openFromServer(editor, id)
  }
  return (
    <Modal title="Examples" wide>
      {error !== undefined && <p className="hint">{error}</p>}
      <ul className="templates">
        {templates?.map(({ id, workflow, types }) => (
          <li key={id}>
            <button type="button" className="template" onClick={() => open(id)}>
              <WorkflowPicture workflow={workflow} types={types} />
              <span className="template-name">{workflow.name}</span>
              <span className="template-sentence">{sentenceAbout(workflow, types)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="modal-buttons">
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

function useTemplates(): { templates?: Template[]; error?: string } {
  const editor = useEditor()
  const summaries = useServer((state) => state.workflows)
  const nodes = useServer((state) => state.nodes)
  const [state, setState] = useState<{ templates?: Template[]; error?: string }>({})
  useEffect(() => {
    let wanted = true
    const examples = summaries.filter(({ example }) => example)
    Promise.all(examples.map(({ id }) => editor.client.ask('workflow', { id }))).then(
      (found) => {
        if (!wanted) return
        const templates = found.map(({ id, workflow }): Template => {
          const types = describeTypes(workflow, nodes ?? [])
          return { id, types, workflow: arrangeNodes(workflow, types) }
        })
        setState({ templates })
      },
      (error: unknown) => wanted && setState({ error: describeError(error)[0] }),
    )
    return () => {
      wanted = false
    }
  }, [editor, summaries, nodes])
  return state
}

/** What a workflow is made of, in the order it runs: `Model, Axis, Generate; shown as Grid.` */
export function sentenceAbout(workflow: Workflow, types: ReadonlyMap<string, NodeDescription>): string {
  const described = Object.values(workflow.nodes).map(({ type }) => types.get(type))
  const titles = (sink: boolean): string[] => [
    ...new Set(described.flatMap((each) => (each && (each.sink === true) === sink ? [each.title] : []))),
  ]
  const [steps, ends] = [titles(false), titles(true)]
  return `${steps.join(', ')}${ends.length > 0 ? `; shown as ${ends.join(' and ')}` : ''}.`
}
