import type { OutputDescription, OutputValue } from '@woolgather/workflow'
import { latestCell, shortValue } from '../run/show-run.ts'
import { useRun } from '../store/editor-context.ts'
import { nodeRunOf } from '../store/run-store.ts'
import { readableName } from '../ui/describe-node.ts'
import { Port } from './port.tsx'

/** An output: its name, its handle, and what came out of it last where that is short. */
export function OutputPort({ id, output, alone }: { id: string; output: OutputDescription; alone: boolean }) {
  const value = useRun((state): OutputValue | undefined => {
    const run = nodeRunOf(state, id)
    return run && Object.keys(run.cells).length === 1 ? latestCell(run)?.outputs?.[output.name] : undefined
  })
  // A sole text says nothing new beside the field it was typed in, or the result below.
  const short = alone && output.type === 'text' ? undefined : shortValue(value)
  return (
    <div className="port-row out" data-output-port={output.name} title={output.description}>
      {short !== undefined && <output className="port-value">{short}</output>}
      <span className="port-name">{readableName(output.name)}</span>
      <Port node={id} name={output.name} type={output.type} side="output" label={readableName(output.name)} />
    </div>
  )
}
