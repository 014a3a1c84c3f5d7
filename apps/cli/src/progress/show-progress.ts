import type { TextSink } from '../cli-io.ts'
import { createLiveLines } from './live-lines.ts'
import { createPlainLines } from './plain-lines.ts'
import type { Progress } from './progress.ts'

/** Lines that change in place on a terminal; lines that stay where output goes to a file or another program. */
export function showProgress(stderr: TextSink): Progress {
  return stderr.isTTY ? createLiveLines(stderr) : createPlainLines(stderr)
}
