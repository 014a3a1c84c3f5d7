import type { Issue, RunError } from '@woolgather/workflow'
import pc from 'picocolors'
import type { TextSink } from './cli-io.ts'

/** One line per issue: `node.input: message (hint)`. */
export function printIssues(issues: readonly (Issue | RunError)[], stderr: TextSink): void {
  const colors = pc.createColors(stderr.isTTY === true && process.env['NO_COLOR'] === undefined)
  for (const issue of issues) {
    const place = placeOf(issue)
    const hint = issue.hint === undefined ? '' : colors.dim(` (${printable(issue.hint)})`)
    stderr.write(
      `${place === '' ? '' : `${colors.red(printable(place))}: `}${printable(issue.message)}${hint}\n`,
    )
    if ('cause' in issue && issue.cause !== undefined) {
      for (const line of issue.cause.split('\n')) stderr.write(colors.dim(`  │ ${printable(line)}\n`))
    }
  }
}

function placeOf({ node, input }: Issue): string {
  return [node, input].filter((part) => part !== undefined).join('.')
}

/** Texts of files and models may hold sequences that command a terminal; nothing but text may reach it. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
