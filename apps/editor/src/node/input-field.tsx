import { RotateCcw } from 'lucide-react'
import { useId } from 'react'
import type { Json, WorkflowNode } from '@woolgather/workflow'
import { linksInto, type NodeInput } from '../document/inputs-of.ts'
import { firstFailure } from '../run/show-run.ts'
import { useEditor, useFront, useProblems, useRun } from '../store/editor-context.ts'
import { isTall, type Control } from '../document/choose-control.ts'
import { FieldProblem } from '../ui/field-problem.tsx'
import { canSweep } from '../session/editing/sweep-input.ts'
import { AppToggle } from './app-toggle.tsx'
import { ChoiceHelp } from './choice-help.tsx'
import { FieldAdvice } from './field-advice.tsx'
import { EnlargeButton } from './enlarge-button.tsx'
import { InputControl } from './input-control.tsx'
import { LinkedSource } from './linked-source.tsx'
import { SweepButton } from './sweep-button.tsx'
import { Port } from './port.tsx'
import './input-field.css'

export interface InputFieldProps {
  id: string
  nodeTitle: string
  node: WorkflowNode
  input: NodeInput
  control: Control
}

/** An input with its handle, its label, and either what it is linked to or the control for what is typed. */
export function InputField({ id, nodeTitle, node, input, control }: InputFieldProps) {
  const editor = useEditor()
  const controlId = useId()
  const issue = useProblems((state) => state.byNode[id]?.find((found) => found.input === input.name))
  const failure = useRun((state) => {
    const error = firstFailure(state.run?.nodes[id])
    return error?.input === input.name ? error : undefined
  })
  const { dispatch } = useFront().document.getState()
  const links = linksInto(node, input.name)
  const value = node.inputs?.[input.name]
  const ref = { node: id, input: input.name }
  const changed = value !== undefined && input.default !== undefined && !sameJson(value, input.default)
  const help = control.kind === 'select' ? control.help?.[String(value ?? input.default)] : undefined
  // A field that waits to be filled says so quietly; anything else is told in full.
  const needed = issue?.code === 'missing-input'
  const problem = needed ? failure : (issue ?? failure)
  return (
    <div
      className={`field ${isTall(control.kind) && links.length === 0 ? 'wide' : ''}`}
      data-input={input.name}
      data-kind={control.kind}
      data-faulty={problem !== undefined || undefined}
      data-needed={needed || undefined}
    >
      <Port
        node={id}
        name={input.name}
        type={input.type}
        side="input"
        label={input.title}
        linked={links.length > 0}
      />
      <label htmlFor={controlId} className="field-label" title={input.description}>
        {input.title}
      </label>
      {changed && (
        <button
          type="button"
          className="icon-button reset nodrag"
          aria-label={`${nodeTitle}: ${input.title} back to default`}
          title={`Back to ${JSON.stringify(input.default)}`}
          onClick={() => dispatch({ type: 'input.clear', ...ref })}
        >
          <RotateCcw />
        </button>
      )}
      {links.length === 0 && control.kind !== 'zone-start' && canSweep(editor, input) && (
        <SweepButton
          to={ref}
          title={input.title}
          label={`${nodeTitle}: ${input.title}`}
          value={value ?? input.default}
        />
      )}
      {links.length === 0 && control.kind !== 'zone-start' && (
        <AppToggle item={ref} label={`${nodeTitle}: ${input.title}`} />
      )}
      {links.length === 0 && (
        <EnlargeButton to={ref} label={`${nodeTitle}: ${input.title}`} control={control} />
      )}
      {links.length > 0 ? (
        <LinkedSource to={ref} links={links} label={`${nodeTitle}: ${input.title}`} />
      ) : (
        <InputControl
          to={ref}
          node={node}
          input={input}
          control={control}
          id={controlId}
          label={`${nodeTitle}: ${input.title}`}
          problem={problem}
        />
      )}
      {problem && <FieldProblem problem={problem} />}
      {links.length === 0 && help !== undefined && <ChoiceHelp text={help} />}
      {links.length === 0 && <FieldAdvice id={id} input={input.name} />}
    </div>
  )
}

function sameJson(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
