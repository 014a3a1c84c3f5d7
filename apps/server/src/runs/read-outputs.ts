import type { ArtifactStore } from '@woolgather/engine'
import type { RunDetails } from '@woolgather/protocol'
import {
  assembleOutputs,
  fetchOutputs,
  isArtifactRef,
  planWorkflow,
  type Descriptions,
  type Json,
  type SettledCells,
} from '@woolgather/workflow'

/** Bytes of long outputs that are put into one answer. */
const usualMost = 16_777_216

interface EndedRun {
  details: RunDetails
  cells: SettledCells
  artifacts: ArtifactStore
  types: Descriptions
  /** Bytes of long outputs that are put in; default: 16 MiB. */
  most?: number | undefined
}

/** What a run gave. Long outputs stay references where they are too much for one answer, or are gone. */
export async function readOutputs({
  details: { workflow, targets },
  cells,
  artifacts,
  types,
  most = usualMost,
}: EndedRun): Promise<Pick<RunDetails, 'outputs'>> {
  // A workflow of earlier may name what is no more.
  const { plan } = planWorkflow(workflow, types, targets ? { targets } : {})
  if (plan === undefined) return {}
  let bytes = 0
  const outputs = assembleOutputs(plan, cells, (value) => {
    if (isArtifactRef(value)) bytes += value.bytes
    return value as Json
  })
  if (bytes === 0 || bytes > most) return { outputs }
  return { outputs: await fetchOutputs(plan, cells, (hash) => artifacts.get(hash)).catch(() => outputs) }
}
