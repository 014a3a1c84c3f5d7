import type { Issue, RunError } from '@woolgather/workflow'
import pc from 'picocolors'
import type { TextSink } from '../io/cli-io.ts'

/**
 * One line per issue: `node.input: message (hint)`.
 * @param nameOf how a place is called, empty where it has none
 */
export function printIssues(
  issues: readonly (Issue | RunError)[],
  stderr: TextSink,
  nameOf: (issue: Issue | RunError) => string = placeOf,
): void {
  const colors = pc.createColors(stderr.isTTY === true && process.env['NO_COLOR'] === undefined)
  for (const { issue, places } of group(issues, nameOf)) {
    const place = places.length > 3 ? `${places[0]} and ${places.length - 1} more` : places.join(', ')
    const worker =
      'worker' in issue && issue.worker !== undefined ? ` on worker “${printable(issue.worker)}”` : ''
    const hint = issue.hint === undefined ? '' : colors.dim(` (${printable(issue.hint)})`)
    stderr.write(
      `${place === '' ? '' : `${colors.red(printable(place))}: `}${printable(issue.message)}${hint}${colors.dim(worker)}\n`,
    )
    // Last log lines of a process; a cause that only repeats the message is left out.
    if ('cause' in issue && issue.cause !== undefined && !issue.message.includes(issue.cause)) {
      for (const line of issue.cause.split('\n')) stderr.write(colors.dim(`  │ ${printable(line)}\n`))
    }
  }
}

/** What befell many nodes at once, such as a crash, is told once. */
function group(
  issues: readonly (Issue | RunError)[],
  nameOf: (issue: Issue | RunError) => string,
): { issue: Issue | RunError; places: string[] }[] {
  const groups = new Map<string, { issue: Issue | RunError; places: string[] }>()
  for (const issue of issues) {
    const key = JSON.stringify([issue.code, issue.message, issue.hint])
    const known = groups.get(key) ?? { issue, places: [] }
    groups.set(key, known)
    const place = nameOf(issue)
    if (place !== '') known.places.push(place)
  }
  return [...groups.values()]
}

function placeOf({ node, input }: Issue): string {
  return [node, input].filter((part) => part !== undefined).join('.')
}

/**
 * Texts of files and models may hold sequences that command a terminal; nothing but text may reach it. Control
 * characters are shown: ␛ for escape, \\x9b for those that have no sign.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character, at: number) => {
    const code = character.charCodeAt(0)
    if (character === '\r' && text[at + 1] === '\n') return ''
    if (code === 0x7f) return '␡'
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\x${code.toString(16)}`
  })
}
