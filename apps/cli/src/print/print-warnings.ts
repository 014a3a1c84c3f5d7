import pc from 'picocolors'
import type { Warning } from '@woolgather/workflow'
import type { TextSink } from '../io/cli-io.ts'
import { printable } from './print-issues.ts'

/** What a warning says, whether it was found before a run or told by a node in it. */
export type ToldWarning = Pick<Warning, 'message'> & Partial<Warning>

/** One line per warning: `Warning: node.input: message (hint)`. */
export function printWarnings(warnings: readonly ToldWarning[], stderr: TextSink): void {
  const colors = pc.createColors(stderr.isTTY === true && process.env['NO_COLOR'] === undefined)
  for (const { node, input, message, hint } of warnings) {
    const place = [node, input].filter((part) => part !== undefined).join('.')
    const where = place === '' ? '' : `${printable(place)}: `
    const what = hint === undefined ? '' : colors.dim(` (${printable(hint)})`)
    stderr.write(`${colors.yellow('Warning')}: ${where}${printable(message)}${what}\n`)
  }
}
