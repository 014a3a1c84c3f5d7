import { cellEnding } from '@woolgather/workflow'
import type { TextSink } from '../io/cli-io.ts'
import { printable } from '../print/print-issues.ts'
import type { CellNames } from './name-cells.ts'
import { amount, newsOf, seconds, type Progress } from './progress.ts'

/** Between two lines of progress of one cell: a log should be readable. */
const progressInterval = 2_000

/** Generated text without a line break is shown from this length on. */
const maxHeldText = 200

/** One line per thing that happened; generated text line by line, after the name of its node. */
export function createPlainLines(stderr: TextSink, names: CellNames): Progress {
  const held = new Map<string, string>()
  const lastProgress = new Map<string, number>()
  const line = (text: string): void => void stderr.write(`${printable(text)}\n`)

  const showText = (cell: string, text: string, flush: boolean): void => {
    const parts = text.split('\n')
    const rest = parts.pop() ?? ''
    for (const part of parts) line(`${cell} │ ${part}`)
    const show = rest !== '' && (flush || rest.length >= maxHeldText)
    if (show) line(`${cell} │ ${rest}`)
    held.set(cell, show ? '' : rest)
  }

  const endCell = (cell: string, text: string): void => {
    showText(cell, held.get(cell) ?? '', true)
    held.delete(cell)
    lastProgress.delete(cell)
    line(`${cell}: ${text}`)
  }

  return {
    add(event) {
      if (!('node' in event)) {
        const news = newsOf(event)
        return news === undefined ? undefined : line(news)
      }
      const cell = names.nameOf(event)
      switch (event.type) {
        case 'cell.started':
          return line(`${cell}: started${why(event)}`)
        case 'cell.taken':
          return line(`${cell}: on ${event.by.worker}`)
        case 'cell.progress': {
          const now = Date.now()
          if (now - (lastProgress.get(cell) ?? now - progressInterval) < progressInterval) return
          lastProgress.set(cell, now)
          return line(`${cell}: ${amount(event)}`)
        }
        case 'cell.token':
          return showText(cell, (held.get(cell) ?? '') + event.text, false)
        case 'cell.canvas':
        case 'cell.chart':
          // Lines that stay would tell the same again for every step.
          return
        case 'cell.finished':
          return endCell(cell, `finished in ${seconds(event.milliseconds)}`)
        case 'cell.cached':
          return endCell(cell, `taken from the cache (${event.reason})`)
        case 'cell.failed':
          return endCell(cell, cellEnding(event) ?? 'failed')
        case 'cell.skipped':
          return endCell(cell, `skipped (${event.reason})`)
        default:
          return event satisfies never
      }
    },
    say: line,
    end() {
      for (const [cell, text] of held) showText(cell, text, true)
      held.clear()
      return Promise.resolve()
    },
  }
}

/** Why a cell runs that ran before. */
function why({ reason, first }: { reason?: string | undefined; first?: true | undefined }): string {
  return reason === undefined || first ? '' : ` (${reason})`
}
