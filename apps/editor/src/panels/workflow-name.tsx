import { isDirty } from '../store/document-store.ts'
import { useField } from '../ui/use-field.ts'
import { useDocument, useFront, useWorkflow } from '../store/editor-context.ts'
import './workflow-name.css'

export function WorkflowName() {
  const name = useWorkflow((workflow) => workflow.name)
  const dirty = useDocument(isDirty)
  const { dispatch, closeStep } = useFront().document.getState()
  const field = useField<HTMLInputElement>(name, (typed) =>
    dispatch({ type: 'workflow.rename', name: typed }),
  )
  return (
    <div
      className="workflow-name"
      data-dirty={dirty || undefined}
      title={dirty ? `${name}: not saved yet` : name}
    >
      <input
        {...field}
        aria-label="Name of the workflow"
        maxLength={200}
        spellCheck={false}
        placeholder="Untitled"
        onBlur={closeStep}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {dirty && <span className="dirty" role="img" aria-label="Not saved yet" />}
    </div>
  )
}
