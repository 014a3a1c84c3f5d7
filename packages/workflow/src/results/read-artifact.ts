import { isArtifactRef, type ArtifactRef, type OutputValue } from '../events/events.ts'
import type { Json } from '../json/json.ts'

/** Bytes of an output too long for an event, by their sha256; undefined where they are gone. */
export type ReadArtifact = (hash: string) => Promise<Uint8Array | undefined>

/** The output that an artifact is. @throws SyntaxError where it should be JSON and is not */
export function decodeArtifact({ type }: Pick<ArtifactRef, 'type'>, bytes: Uint8Array): Json {
  const text = new TextDecoder().decode(bytes)
  return type.startsWith('application/json') ? (JSON.parse(text) as Json) : text
}

/** An output as JSON, fetched where it was too long for an event. @throws Error where it is gone */
export async function resolveOutput(value: OutputValue, readArtifact: ReadArtifact): Promise<Json> {
  if (!isArtifactRef(value)) return value
  const bytes = await readArtifact(value.artifact)
  if (bytes === undefined)
    throw new Error(`An output of ${value.bytes} bytes is no longer in the data folder.`)
  return decodeArtifact(value, bytes)
}
