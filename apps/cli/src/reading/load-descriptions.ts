import { describeLibrary } from '@woolgather/nodes/descriptions'
import type { CliIo } from '../io/cli-io.ts'

/** Node types of the library and of these packages besides. What loads packages is loaded only for them. */
export const loadDescriptions: CliIo['descriptions'] = async (packages, leaveOut) => {
  const library = { definitions: new Map(), descriptions: describeLibrary() }
  if (packages.length === 0) return [...library.descriptions.values()]
  const { gatherNodes } = await import('@woolgather/engine')
  const { registry, broken } = await gatherNodes(library, packages)
  broken.forEach(leaveOut)
  return [...registry.descriptions.values()]
}
