import type { ConstraintError } from './errors/constraint-error.ts'

/** An error as people read it: a sentence. Where in the source it is, its message says. */
export function describeError({ message }: ConstraintError): string {
  return `${message}.`
}
