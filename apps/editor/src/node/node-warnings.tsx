import { isArtifactRef, readWarnings, type NodeDescription } from '@woolgather/workflow'
import { useArtifact } from '../results/use-artifact.ts'
import { latestCell } from '../run/show-run.ts'
import { readOutput } from '../store/artifact-store.ts'
import { useArtifacts, useProblems, useRun } from '../store/editor-context.ts'
import { nodeRunOf } from '../store/run-store.ts'
import { Prose } from '../ui/prose.tsx'
import { shownWarnings } from './field-advice.tsx'
import './node-messages.css'

export interface NodeWarningsProps {
  id: string
  description: NodeDescription | undefined
}

/** What a node said, when it ran, that may not be meant as it is. */
export function NodeWarnings({ id, description }: NodeWarningsProps) {
  return description?.outputs.map(
    ({ name, warns }) => warns === true && <Told key={name} id={id} output={name} />,
  )
}

function Told({ id, output }: { id: string; output: string }) {
  const value = useRun((state) => latestCell(nodeRunOf(state, id))?.outputs?.[output])
  useArtifact(value !== undefined && isArtifactRef(value) ? value : undefined)
  const told = useArtifacts((artifacts) => readOutput(artifacts, value))
  const advice = useProblems((state) => state.adviceByNode[id]?.warnings)
  // What is known before a run stands at its field.
  const isNew = ({ message }: { message: string }): boolean =>
    advice?.every((known) => known.message !== message) ?? true
  const warnings = readWarnings(told).filter(isNew)
  return (
    <>
      {warnings.slice(0, shownWarnings).map(({ message, hint }) => (
        <div key={message} className="node-message problem" role="status">
          <p>
            <Prose text={message} />
          </p>
          {hint !== undefined && (
            <p className="hint">
              <Prose text={hint} />
            </p>
          )}
        </div>
      ))}
      {warnings.length > shownWarnings && (
        <p className="node-message problem">… and {warnings.length - shownWarnings} more.</p>
      )}
    </>
  )
}
