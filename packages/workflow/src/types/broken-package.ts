import { z } from 'zod'
import type { Issue } from '../issues/issues.ts'
import { schemaOf } from '../json/same-type.ts'

/** A package of node types that was left out because it does not load. */
export interface BrokenPackage {
  folder: string
  /** Why, as a sentence that names the folder. */
  message: string
  /** What to do about it. */
  hint?: string | undefined
}

export const brokenPackageSchema: z.ZodType<BrokenPackage> = schemaOf<BrokenPackage>()(
  z.object({ folder: z.string(), message: z.string(), hint: z.string().optional() }),
)

/** Packages told with an issue; which of them has the type cannot be known. */
const mostTold = 3

/** Node types that are not known may be those of a package that was left out: the issues then say so. */
export function explainUnknownTypes(issues: readonly Issue[], broken: readonly BrokenPackage[]): Issue[] {
  if (broken.length === 0) return [...issues]
  const told = broken.slice(0, mostTold).map(({ message }) => message)
  const hint = `It may be in a package that was left out. ${told.join(' ')}`
  return issues.map((issue) => (issue.code === 'unknown-node-type' ? { ...issue, hint } : issue))
}
