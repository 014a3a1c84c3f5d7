import type { Issue } from '@woolgather/workflow'
import { Prose } from './prose.tsx'

/** What is wrong with a field, and what to do about it. */
export function FieldProblem({ problem: { message, hint } }: { problem: Pick<Issue, 'message' | 'hint'> }) {
  return (
    <p className="field-problem" role="alert">
      <Prose text={message} />
      {hint !== undefined && (
        <span className="hint">
          {' '}
          <Prose text={hint} />
        </span>
      )}
    </p>
  )
}
