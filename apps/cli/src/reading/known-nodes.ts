import type { BrokenPackage, NodeDescription } from '@woolgather/workflow'
import type { CliIo } from '../io/cli-io.ts'
import { printIssues } from '../print/print-issues.ts'

/** What can be in a workflow here. */
export interface KnownNodes {
  descriptions: readonly NodeDescription[]
  /** Packages that were left out. */
  broken: readonly BrokenPackage[]
}

/** Node types of the library and of packages; a package that does not load is told on stderr and left out. */
export async function readNodes(packages: readonly string[] = [], io: CliIo): Promise<KnownNodes> {
  const broken: BrokenPackage[] = []
  const descriptions = await io.descriptions(packages, (one) => broken.push(one))
  printIssues(
    broken.map(({ message, hint }) => ({
      code: 'invalid-node',
      message: `Left out: ${message}`,
      ...(hint !== undefined && { hint }),
    })),
    io.stderr,
  )
  return { descriptions, broken }
}
