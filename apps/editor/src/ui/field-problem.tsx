import type { RunError } from '@woolgather/workflow'
import { OnWorker } from './on-worker.tsx'
import { Prose } from './prose.tsx'

/** What is wrong with a field, and what to do about it. */
export function FieldProblem({ problem }: { problem: Pick<RunError, 'message' | 'hint' | 'worker'> }) {
  const { message, hint } = problem
  return (
    <p className="field-problem" role="alert">
      <Prose text={message} />
      <OnWorker of={problem} />
      {hint !== undefined && (
        <span className="hint">
          {' '}
          <Prose text={hint} />
        </span>
      )}
    </p>
  )
}
