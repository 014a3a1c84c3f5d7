import { useMemo } from 'react'
import type { ValueReading, Warning } from '@woolgather/workflow'
import { useProblems } from '../store/editor-context.ts'
import { Prose } from '../ui/prose.tsx'

const nothing: readonly Warning[] = []

/** Warnings that are told in full: a schema can have hundreds. */
export const shownWarnings = 5

/** What may not be meant as it is typed into an input. */
export function useWarnings(id: string, input: string): readonly Warning[] {
  const warnings = useProblems((state) => state.adviceByNode[id]?.warnings)
  return useMemo(() => warnings?.filter((warning) => warning.input === input) ?? nothing, [warnings, input])
}

/** Under a field: how its list of values is read, and what may not be meant as it is. */
export function FieldAdvice({ id, input }: { id: string; input: string }) {
  const reading = useProblems((state) =>
    state.adviceByNode[id]?.readings.find((found) => found.input === input),
  )
  const warnings = useWarnings(id, input)
  return (
    <>
      {reading && <p className="field-reading">{tellReading(reading)}</p>}
      {warnings.slice(0, shownWarnings).map((warning) => (
        <p key={warning.message} className="field-warning" role="status">
          <Prose text={warning.message} />
          {warning.hint !== undefined && (
            <span className="hint">
              {' '}
              <Prose text={warning.hint} />
            </span>
          )}
        </p>
      ))}
      {warnings.length > shownWarnings && (
        <p className="field-warning">… and {warnings.length - shownWarnings} more.</p>
      )}
    </>
  )
}

/** `5 values: 0, 0.25, 0.5, 0.75, 1`; texts in quotes, so that `"01"` is told from 1. */
function tellReading({ count, values }: ValueReading): string {
  const shown = values.map((value) => JSON.stringify(value)).join(', ')
  return `${count} ${count === 1 ? 'value' : 'values'}: ${shown}${count > values.length ? ', …' : ''}`
}
