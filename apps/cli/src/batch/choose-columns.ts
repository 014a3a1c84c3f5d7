import { nearest, type Issue } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'

/**
 * Columns of a table that an option names: each by itself, or several with commas between them.
 * @throws CliError naming every one that the table does not have
 */
export function chooseColumns(
  option: string,
  given: readonly string[] | undefined,
  columns: readonly string[],
): string[] {
  const named = (given ?? []).flatMap((text) => (columns.includes(text) ? [text] : splitNames(text)))
  const issues = named.filter((name) => !columns.includes(name)).map((name) => unknown(option, name, columns))
  if (issues.length > 0) throw new CliError(issues)
  return [...new Set(named)]
}

function splitNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function unknown(option: string, name: string, columns: readonly string[]): Issue {
  const [near] = nearest(name, columns)
  return {
    code: 'unknown-input',
    message: `${option}: the table has no column “${name}”.`,
    hint:
      near === undefined
        ? `It has ${columns
            .slice(0, 20)
            .map((column) => `“${column}”`)
            .join(', ')}.`
        : `Did you mean “${near}”?`,
  }
}
