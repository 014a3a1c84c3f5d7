import { ArrowRight, Columns2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { isArtifactRef, type OutputValue } from '@woolgather/workflow'
import type { RunDetails } from '@woolgather/protocol'
import { Modal } from '../ui/modal.tsx'
import { WorkflowChanges } from '../revisions/workflow-changes.tsx'
import { isWorthMarking } from '../results/compare-texts.ts'
import { Difference } from '../results/difference.tsx'
import { describeError } from '../store/describe-error.ts'
import { readOutput } from '../store/artifact-store.ts'
import { useArtifacts, useEditor, useServer } from '../store/editor-context.ts'
import { compareOutputs, type CellOutcome, type OutputChange } from './compare-outputs.ts'
import { loadRun } from './load-run.ts'
import { factsOf } from './run-item.tsx'
import './runs.css'

/** Results shown at first; sweeps have thousands. */
const shownAtFirst = 20

type Loaded = Awaited<ReturnType<typeof loadRun>>

/** Two runs side by side: what is otherwise in their graphs, and what came out otherwise. */
export function RunComparison({ before, after }: { before: string; after: string }) {
  const editor = useEditor()
  const [sides, setSides] = useState<[Loaded, Loaded]>()
  const [error, setError] = useState<string>()
  useEffect(() => {
    Promise.all([loadRun(editor, before), loadRun(editor, after)]).then(setSides, (thrown: unknown) =>
      setError(describeError(thrown)[0]),
    )
  }, [editor, before, after])
  return (
    <Modal title="What changed between two runs" wide>
      {error !== undefined && <p role="alert">{error}</p>}
      {sides ? (
        <Comparison sides={sides} />
      ) : (
        error === undefined && <p className="hint">Fetching both runs…</p>
      )}
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

function Comparison({ sides: [before, after] }: { sides: [Loaded, Loaded] }) {
  const types = useServer((state) => state.byType)
  const artifacts = useArtifacts((state) => state)
  const outputs = useMemo(
    () => compareOutputs(before, after, types, (value) => readOutput(artifacts, value)),
    [before, after, types, artifacts],
  )
  const [all, setAll] = useState(false)
  const [beside, setBeside] = useState(false)
  const shown = all ? outputs.changes : outputs.changes.slice(0, shownAtFirst)
  const count = outputs.changes.length
  return (
    <div className="comparison">
      <div className="comparison-sides">
        <Side details={before.details} />
        <ArrowRight aria-label="compared with" />
        <Side details={after.details} />
      </div>
      <section aria-label="Changes of the workflow">
        <h3>In the workflow</h3>
        <WorkflowChanges
          before={before.workflow}
          after={after.workflow}
          none="Nothing: both ran the same nodes, inputs and links."
        />
      </section>
      <section aria-label="Changes of the results">
        <div className="comparison-heading">
          <h3>In the results</h3>
          {outputs.same > 0 && <span className="hint">{outputs.same} the same</span>}
          <span className="spacer" />
          {count > 0 && (
            <button
              type="button"
              className="button quiet"
              aria-pressed={beside}
              onClick={() => setBeside(!beside)}
            >
              <Columns2 /> Side by side
            </button>
          )}
        </div>
        {count === 0 && <p className="hint">Nothing: what both show is the same.</p>}
        <ul>
          {shown.map((change) => (
            <ResultChange key={`${change.node} ${change.place}`} change={change} beside={beside} />
          ))}
        </ul>
        {count > shown.length && (
          <button type="button" className="button" onClick={() => setAll(true)}>
            Show all {count}
          </button>
        )}
      </section>
    </div>
  )
}

function Side({ details }: { details: RunDetails }) {
  return (
    <div className="comparison-side">
      <strong>{details.name || 'Untitled'}</strong>
      <span className="hint">{factsOf(details)}</span>
    </div>
  )
}

function ResultChange({ change, beside }: { change: OutputChange; beside: boolean }) {
  const before = useOutcomeText(change.before)
  const after = useOutcomeText(change.after)
  // Of texts with little in common the marks would say nothing.
  const apart = useMemo(() => !isWorthMarking(before, after), [before, after])
  return (
    <li className="result-change">
      <span className="result-change-place">
        {change.title}
        {change.place !== '' && <span className="hint"> {change.place}</span>}
      </span>
      {beside || apart ? (
        <div className="result-beside">
          <div>{before}</div>
          <div>{after}</div>
        </div>
      ) : (
        <div className="result-difference">
          <Difference before={before} after={after} />
        </div>
      )}
    </li>
  )
}

/** What came out as text, fetched where it is long. */
function useOutcomeText(outcome: CellOutcome): string {
  const editor = useEditor()
  const artifacts = useArtifacts((state) => state)
  const value: OutputValue | undefined = 'value' in outcome ? outcome.value : undefined
  useEffect(() => {
    if (value !== undefined && isArtifactRef(value)) void editor.artifacts.getState().request([value])
  }, [editor, value])
  if ('words' in outcome) return outcome.words
  const read = readOutput(artifacts, value)
  return read === undefined ? '' : typeof read === 'string' ? read : JSON.stringify(read, null, 2)
}
