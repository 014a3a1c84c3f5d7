import { readFileSync } from 'node:fs'
import type { NodeDescription } from '@woolgather/workflow'

/** Written beside the built library by `write-descriptions.ts`; the sources are described as they were last built. */
const file = import.meta.url.endsWith('.ts')
  ? new URL('dist/descriptions.json', import.meta.url)
  : new URL('./descriptions.json', import.meta.url)

/**
 * The node types of the library by type, for whoever checks or draws workflows and runs none: describing 80 nodes
 * takes longer than all else that a command does to start, so the build does it.
 */
export function describeLibrary(): Map<string, NodeDescription> {
  const descriptions = JSON.parse(readFileSync(file, 'utf8')) as NodeDescription[]
  return new Map(descriptions.map((description) => [description.type, description]))
}
