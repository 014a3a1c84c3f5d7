import type { Issue } from '@woolgather/workflow'
import { firstFailure, latestCell } from '../run/show-run.ts'
import { useProblems, useRun } from '../store/editor-context.ts'
import { OnWorker } from '../ui/on-worker.tsx'
import { Prose } from '../ui/prose.tsx'
import { useTellReason } from '../ui/tell-reason.ts'
import './node-messages.css'

/** A type that is unknown is told by the node itself; an input without a link by its port, which is calm enough to build with. */
function toldElsewhere({ code }: Issue): boolean {
  return code === 'unknown-node-type' || code === 'missing-input'
}

/** What went wrong with the node as a whole. What concerns a field stands at the field. */
export function NodeMessages({ id, fields }: { id: string; fields: readonly string[] }) {
  const issues = useProblems((state) => state.byNode[id])
  const failure = useRun((state) => firstFailure(state.run?.nodes[id]))
  const skipped = useRun((state) => {
    const cell = latestCell(state.run?.nodes[id])
    return cell?.status === 'skipped' ? cell.reason : undefined
  })
  const tell = useTellReason()
  const atField = ({ input }: { input?: string | undefined }): boolean =>
    input !== undefined && fields.includes(input)
  const open = issues?.filter((issue) => !toldElsewhere(issue) && !atField(issue)) ?? []
  return (
    <>
      {failure && !atField(failure) && (
        <div className="node-message error" role="alert">
          <p>
            <Prose text={failure.message} />
            <OnWorker of={failure} />
          </p>
          {failure.hint !== undefined && (
            <p className="hint">
              <Prose text={failure.hint} />
            </p>
          )}
        </div>
      )}
      {open.map((issue) => (
        <div key={issue.message} className="node-message problem">
          <p>
            <Prose text={issue.message} />
          </p>
          {issue.hint !== undefined && (
            <p className="hint">
              <Prose text={issue.hint} />
            </p>
          )}
        </div>
      ))}
      {skipped !== undefined && (
        <div className="node-message quiet">
          <p>{tell(skipped)}</p>
        </div>
      )}
    </>
  )
}
