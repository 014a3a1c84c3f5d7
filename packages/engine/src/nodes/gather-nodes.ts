import { WoolgatherError, type BrokenPackage } from '@woolgather/workflow'
import { loadNodePackages } from './load-node-packages.ts'
import { createRegistry, type Registry } from './registry.ts'

export interface GatheredNodes<Services> {
  registry: Registry<Services>
  broken: BrokenPackage[]
}

/**
 * The library's node types and those of packages. A package that does not load, or defines a type that is there
 * already, is left out as a whole, with the reason; the rest works without it.
 */
export async function gatherNodes<Services>(
  library: Registry<Services>,
  folders: readonly string[],
): Promise<GatheredNodes<Services>> {
  const loaded = await Promise.allSettled(folders.map((folder) => loadNodePackages<Services>([folder])))
  let registry = library
  const broken: BrokenPackage[] = []
  loaded.forEach((result, index) => {
    const folder = folders[index] as string
    try {
      if (result.status === 'rejected') throw result.reason
      registry = createRegistry(result.value, registry)
    } catch (error) {
      broken.push(describe(folder, error, { refused: result.status === 'rejected' }))
    }
  })
  return { registry, broken }
}

/** Characters of a reason: it is told with every node type that is not known. */
const longestReason = 1_000

function describe(folder: string, error: unknown, { refused }: { refused: boolean }): BrokenPackage {
  const known = error instanceof WoolgatherError
  const whole = error instanceof Error ? error.message : String(error)
  const reason = whole.length > longestReason ? `${whole.slice(0, longestReason)}…` : whole
  // One that refuses the package names it; two packages with one type are told by the type.
  const message = known && refused ? reason : `Node package ${folder}: ${reason}`
  return { folder, message, ...(known && error.hint !== undefined && { hint: error.hint }) }
}
