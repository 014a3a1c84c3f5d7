import type { NodeServices } from '@woolgather/nodes'
import type { NodeDescription } from '@woolgather/workflow'

/** Node types of the library and of these packages besides. Loaded when asked for: they take half a second. */
export async function loadDescriptions(packages: readonly string[]): Promise<readonly NodeDescription[]> {
  const [{ createRegistry, loadNodePackages }, { definitions }] = await Promise.all([
    import('@woolgather/engine'),
    import('@woolgather/nodes'),
  ])
  const nodes = [...definitions, ...(await loadNodePackages<NodeServices>(packages))]
  return [...createRegistry(nodes).descriptions.values()]
}
