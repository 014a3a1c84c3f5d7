import { isArtifactRef, type Json, type OutputValue } from '@woolgather/workflow'
import type { ArtifactStore } from '../cache/artifact-store.ts'

/** Bytes of JSON up to which an output travels in its event. */
const longestInline = 1024
/** Characters below which no measuring is needed: JSON writes none with more than six bytes. */
const surelyInline = Math.floor(longestInline / 6) - 2

/** Outputs as events carry them: long ones as references to what the store keeps. */
export function outputsForEvent(
  outputs: Readonly<Record<string, Json>>,
  artifacts: ArtifactStore | undefined,
): Record<string, OutputValue> {
  if (artifacts === undefined) return { ...outputs }
  const shown: Record<string, OutputValue> = {}
  for (const name of Object.keys(outputs)) shown[name] = shorten(outputs[name] as Json, artifacts)
  return shown
}

function shorten(value: Json, artifacts: ArtifactStore): OutputValue {
  if (typeof value === 'string') {
    if (value.length <= surelyInline || Buffer.byteLength(JSON.stringify(value)) <= longestInline)
      return value
    return artifacts.put(Buffer.from(value), 'text/plain; charset=utf-8')
  }
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value)
  // what a node gives in the shape of a reference would be taken for one
  if (Buffer.byteLength(text) <= longestInline && !isArtifactRef(value)) return value
  return artifacts.put(Buffer.from(text), 'application/json')
}
