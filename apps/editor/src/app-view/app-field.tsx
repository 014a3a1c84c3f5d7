import { useId } from 'react'
import type { AppPart } from '../document/app-items.ts'
import { FieldAdvice } from '../node/field-advice.tsx'
import { EnlargeButton } from '../node/enlarge-button.tsx'
import { InputControl } from '../node/input-control.tsx'
import { firstFailure } from '../run/show-run.ts'
import { useNode, useProblems, useRun, useServer } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { FieldProblem } from '../ui/field-problem.tsx'

/** One input of the form, with the same control as on its node. */
export function AppField({ part: { item, input, control } }: { part: AppPart & { kind: 'input' } }) {
  const id = useId()
  const node = useNode(item.node)
  const description = useServer((state) => node && state.byType.get(node.type))
  const issue = useProblems((state) => state.byNode[item.node]?.find((found) => found.input === input.name))
  const failure = useRun((state) => {
    const error = firstFailure(state.run?.nodes[item.node])
    return error?.input === input.name ? error : undefined
  })
  if (!node) return null
  const problem = issue ?? failure
  const title = item.label ?? appTitle(titleOf(node, description), input.title)
  return (
    <div className="app-field" data-kind={control.kind}>
      <label id={`${id}-label`} htmlFor={id} title={input.description}>
        {title}
      </label>
      <EnlargeButton
        to={{ node: item.node, input: input.name }}
        describedBy={`${id}-label`}
        control={control}
      />
      <InputControl
        to={{ node: item.node, input: input.name }}
        node={node}
        input={input}
        control={control}
        id={id}
        label={title}
        problem={problem}
      />
      {problem && <FieldProblem problem={problem} />}
      <FieldAdvice id={item.node} input={input.name} />
    </div>
  )
}

/** A field away from its node says whose it is; one that only says "Text" is called like its node. */
export function appTitle(node: string, input: string): string {
  return input === node || /^(text|value|values)$/i.test(input) ? node : `${node}: ${input}`
}
