import type { NodeServices } from '@woolgather/nodes'
import type { CliIo } from './cli-io.ts'

/** Node types of the library and of these packages besides. Loaded when asked for: they take half a second. */
export const loadDescriptions: CliIo['descriptions'] = async (packages, leaveOut) => {
  const [{ createRegistry, gatherNodes }, library] = await Promise.all([
    import('@woolgather/engine'),
    import('@woolgather/nodes'),
  ])
  const { definitions, broken } = await gatherNodes<NodeServices>(library.definitions, packages)
  broken.forEach(leaveOut)
  return [...createRegistry(definitions).descriptions.values()]
}
