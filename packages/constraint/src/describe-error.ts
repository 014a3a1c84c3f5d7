import type { ConstraintError } from './errors/constraint-error.ts'

/** An error as people read it, with its place: line and column of a grammar, character of a regex, path in a schema. */
export function describeError({ message, where: { line, column, position } }: ConstraintError): string {
  const said = message.replace(/\.$/, '')
  // Most messages say where already.
  if (/\bline \d|\bcolumn \d|\bposition \d|\bcharacter \d/.test(said)) return `${said}.`
  if (line !== undefined && column !== undefined) return `${said}, line ${line}, column ${column}.`
  return position === undefined ? `${said}.` : `${said}, at character ${position + 1}.`
}
