import pc from 'picocolors'
import type { TextSink } from '../io/cli-io.ts'
import { printable } from '../print/print-issues.ts'

/** What was looked at, and how it is. `warn`: it works, but not as well as it could. */
export interface Finding {
  state: 'ok' | 'warn' | 'fail'
  /** A sentence or its beginning: “Node 20.20.0”. */
  text: string
  /** What to do. */
  hint?: string | undefined
}

const marks = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'] } as const

/** A line for each, what to do below. */
export function printFindings(findings: readonly Finding[], sink: TextSink): void {
  const colors = pc.createColors(sink.isTTY === true && process.env['NO_COLOR'] === undefined)
  for (const { state, text, hint } of findings) {
    const [mark, color] = marks[state]
    sink.write(`${colors[color](mark)} ${printable(text)}\n`)
    if (hint !== undefined) sink.write(colors.dim(`    ${printable(hint)}\n`))
  }
}
