import {
  canvasText,
  cellEnding,
  followCanvas,
  followProgress,
  type CanvasState,
  type RunProgress,
} from '@woolgather/workflow'
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { TextSink } from '../io/cli-io.ts'
import { printable } from '../print/print-issues.ts'
import type { CellNames } from './name-cells.ts'
import { amount, bar, newsOf, runLine, seconds, type Progress } from './progress.ts'

const framesPerSecond = 12
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Cells shown at once, and lines of text under each: more would push the rest off the screen. */
const maxCells = 8
const maxTextLines = 4
const maxCanvasLines = 8

interface RunningCell {
  name: string
  progress: string
  text: string
  /** Of what is filled in rather than written on. */
  canvas?: CanvasState
}

/** A line per running node that changes in place, the end of its text under it; a line that stays for each ended. */
export function createLiveLines(stderr: TextSink, names: CellNames): Progress {
  const colors = pc.createColors(process.env['NO_COLOR'] === undefined)
  const stream = stderr as NodeJS.WriteStream
  const live = createLogUpdate(stream)
  const running = new Map<string, RunningCell>()
  let frame = 0
  let progress: RunProgress | undefined

  const draw = (): void => {
    const cells = [...running.values()]
    const lines = cells
      .slice(0, maxCells)
      .flatMap((cell) => [
        `${colors.cyan(spinner[frame % spinner.length] ?? '')} ${cell.name}  ${colors.dim(cell.progress)}`,
        ...shownOf(cell, (stream.columns ?? 80) - 6).map((text) => `    ${text}`),
      ])
    if (cells.length > maxCells) lines.push(colors.dim(`  and ${cells.length - maxCells} more`))
    if (progress !== undefined && progress.total > 1) lines.push(colors.dim(runLine(progress)))
    live(lines.join('\n'))
  }

  const timer = setInterval(() => {
    frame++
    if (running.size > 0) draw()
  }, 1_000 / framesPerSecond)
  timer.unref()

  const say = (text: string): void => {
    live.clear()
    stderr.write(`${text}\n`)
    if (running.size > 0) draw()
  }

  const endCell = (name: string, mark: string, text: string): void => {
    running.delete(name)
    say(`${mark} ${printable(name)}  ${colors.dim(printable(text))}`)
  }

  return {
    add(event) {
      progress = followProgress(progress, event)
      if (!('node' in event)) {
        if (event.type === 'run.restarted') running.clear()
        const news = newsOf(event)
        return news === undefined ? undefined : say(`${colors.yellow('!')} ${printable(news)}`)
      }
      const name = names.nameOf(event)
      const cell = running.get(name)
      switch (event.type) {
        case 'cell.started':
          running.set(name, { name: printable(name), progress: '', text: '' })
          return
        case 'cell.taken':
          if (cell) cell.name = `${printable(name)} ${colors.dim(`on ${printable(event.by.worker)}`)}`
          return
        case 'cell.progress':
          if (cell) cell.progress = `${bar(event.done, event.total)}${printable(amount(event))}`
          return
        case 'cell.token':
          if (cell) cell.text = (cell.text + printable(event.text)).slice(-2_000)
          return
        case 'cell.canvas':
          if (cell) {
            cell.canvas = followCanvas(cell.canvas, event)
            cell.progress = `${bar(event.step, event.steps)}${amount({ done: event.step, total: event.steps, unit: 'steps' })}`
          }
          return
        case 'cell.chart':
          // What it shows is told as text, too.
          return
        case 'cell.finished':
          return endCell(name, colors.green('✓'), seconds(event.milliseconds))
        case 'cell.cached':
          return endCell(name, colors.green('✓'), `from the cache: ${event.reason}`)
        case 'cell.failed':
          return cellEnding(event) === 'cancelled'
            ? endCell(name, colors.yellow('–'), 'cancelled')
            : endCell(name, colors.red('✗'), 'failed')
        case 'cell.skipped':
          return endCell(name, colors.yellow('–'), `skipped: ${event.reason}`)
        default:
          return event satisfies never
      }
    },
    say: (text) => say(printable(text)),
    end() {
      clearInterval(timer)
      live.clear()
      live.done()
      return Promise.resolve()
    },
  }
}

/** The end of a text that grows; a canvas from its beginning, as it fills in anywhere. */
function shownOf({ text, canvas }: RunningCell, width: number): string[] {
  if (canvas === undefined) return text === '' ? [] : wrapped(text, width).slice(-maxTextLines)
  return wrapped(printable(canvasText(canvas)), width).slice(0, maxCanvasLines)
}

function wrapped(text: string, width: number): string[] {
  const columns = Math.max(width, 20)
  return text.split('\n').flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''])
}
