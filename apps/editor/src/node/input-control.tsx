import type { WorkflowNode } from '@woolgather/workflow'
import type { InputRef } from '../document/actions.ts'
import type { NodeInput } from '../document/inputs-of.ts'
import { useFront } from '../store/editor-context.ts'
import { useWarnings } from './field-advice.tsx'
import type { Control } from '../document/choose-control.ts'
import { ControlView } from '../widgets/control-view.tsx'
import type { Problem } from '../document/problem.ts'

export interface InputControlProps {
  to: InputRef
  node: WorkflowNode
  input: NodeInput
  control: Control
  id: string
  label: string
  problem: Problem | undefined
}

/** The control for what is typed into an input, tied to the document. */
export function InputControl({ to, node, input, control, id, label, problem }: InputControlProps) {
  const { dispatch, closeStep } = useFront().document.getState()
  const warnings = useWarnings(to.node, to.input)
  return (
    <ControlView
      control={control}
      id={id}
      label={label}
      nodeId={to.node}
      inputName={to.input}
      value={node.inputs?.[to.input]}
      fallback={input.default}
      placeholder={placeholderOf(input)}
      invalid={problem !== undefined}
      problem={problem}
      warnings={warnings}
      onChange={(next) =>
        dispatch(
          next === undefined ? { type: 'input.clear', ...to } : { type: 'input.set', ...to, value: next },
        )
      }
      onDone={closeStep}
    />
  )
}

/** Where nothing is set: that something has to be, or that something will be chosen. A default of "" says nothing. */
function placeholderOf(input: NodeInput): string {
  if (input.default !== undefined) return ''
  return input.required ? 'needed' : 'auto'
}
