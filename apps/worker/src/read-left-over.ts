import type { ArtifactStore, EarlierAttempt } from '@woolgather/engine'
import type { LeftOver } from '@woolgather/protocol'
import { isArtifactRef, type Json, type OutputValue, type RanCell } from '@woolgather/workflow'

/**
 * What an earlier attempt at a run left, with its long outputs read back from the store. A cell whose outputs are no
 * longer there is left out: it runs again.
 */
export async function readLeftOver(
  { settled, suspects }: LeftOver,
  artifacts: ArtifactStore,
): Promise<EarlierAttempt> {
  const found: RanCell<Json>[] = []
  for (const cell of settled) {
    const outputs = 'outputs' in cell ? await readOutputs(cell.outputs, artifacts) : undefined
    if ('error' in cell) found.push(cell)
    else if (outputs !== undefined) found.push({ node: cell.node, at: cell.at, outputs })
  }
  return { settled: found, suspects }
}

async function readOutputs(
  outputs: Record<string, OutputValue>,
  artifacts: ArtifactStore,
): Promise<Record<string, Json> | undefined> {
  const read: Record<string, Json> = {}
  for (const [name, value] of Object.entries(outputs)) {
    const json = isArtifactRef(value) ? await readArtifact(value.artifact, value.type, artifacts) : value
    if (json === undefined) return undefined
    read[name] = json
  }
  return read
}

async function readArtifact(hash: string, type: string, artifacts: ArtifactStore): Promise<Json | undefined> {
  const bytes = await artifacts.get(hash)
  if (bytes === undefined) return undefined
  const text = new TextDecoder().decode(bytes)
  return type.startsWith('application/json') ? (JSON.parse(text) as Json) : text
}
