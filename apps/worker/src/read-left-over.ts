import type { ArtifactStore, EarlierAttempt } from '@woolgather/engine'
import type { LeftOver } from '@woolgather/protocol'
import {
  decodeArtifact,
  isArtifactRef,
  type ArtifactRef,
  type Json,
  type OutputValue,
  type RanCell,
} from '@woolgather/workflow'

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
    const json = isArtifactRef(value) ? await readArtifact(value, artifacts) : value
    if (json === undefined) return undefined
    read[name] = json
  }
  return read
}

async function readArtifact(reference: ArtifactRef, artifacts: ArtifactStore): Promise<Json | undefined> {
  const bytes = await artifacts.get(reference.artifact)
  return bytes && decodeArtifact(reference, bytes)
}
