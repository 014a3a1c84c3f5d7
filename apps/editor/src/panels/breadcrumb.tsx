import { ChevronRight, CornerLeftUp } from 'lucide-react'
import { Fragment } from 'react'
import { withKeys } from '../commands/command.ts'
import { leave } from '../commands/graph-commands.ts'
import { subgraphAt } from '../document/scope.ts'
import { goToGraph, leaveSubgraph } from '../session/editing/enter-subgraph.ts'
import { useDocument, useEditor, useFront } from '../store/editor-context.ts'
import { useField } from '../ui/use-field.ts'
import './breadcrumb.css'

/** Inside a subgraph: where one is, what it is called, and the way out. */
export function Breadcrumb() {
  const editor = useEditor()
  const path = useDocument((state) => state.path)
  const workflow = useDocument((state) => state.history.present)
  const here = subgraphAt(workflow, path)
  if (here === undefined) return null
  const name = workflow.subgraphs?.[here]?.name ?? ''
  const steps = path.slice(0, -1).map((_, at) => path.slice(0, at + 1))
  return (
    <nav className="breadcrumb" aria-label="Subgraphs entered">
      <button
        type="button"
        className="icon-button"
        aria-label="Leave the subgraph"
        title={withKeys('Leave the subgraph', leave)}
        onClick={() => leaveSubgraph(editor)}
      >
        <CornerLeftUp />
      </button>
      <button type="button" className="crumb" onClick={() => goToGraph(editor, [])}>
        {workflow.name || 'Workflow'}
      </button>
      {steps.map((step) => (
        <Fragment key={step.join('/')}>
          <ChevronRight aria-hidden />
          <button type="button" className="crumb" onClick={() => goToGraph(editor, step)}>
            {workflow.subgraphs?.[subgraphAt(workflow, step) ?? '']?.name}
          </button>
        </Fragment>
      ))}
      <ChevronRight aria-hidden />
      <SubgraphName key={here} id={here} name={name} />
    </nav>
  )
}

function SubgraphName({ id, name }: { id: string; name: string }) {
  const { dispatch, closeStep } = useFront().document.getState()
  const field = useField<HTMLInputElement>(name, (typed) =>
    dispatch({ type: 'subgraph.rename', id, name: typed }),
  )
  return (
    <input
      {...field}
      className="crumb-name"
      aria-label="Name of the subgraph"
      aria-current="page"
      maxLength={200}
      onBlur={(event) => {
        closeStep()
        event.currentTarget.value = name
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
