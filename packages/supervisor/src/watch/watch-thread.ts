import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { SignOfLife } from './signs-of-life.ts'
import { createBoard, type WatchData, type WatchWord } from './watch-board.ts'

/** Milliseconds between two looks at the parent and at the main thread; a sign of life each time. */
const interval = 500

const { parent, grace, buffer, signsFd } = workerData as WatchData
const board = createBoard(buffer)

const looking = setInterval(() => {
  if (isThere(parent)) return
  clearInterval(looking)
  say('orphaned')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), grace)
}, interval)

let seen = board.beats()
if (signsFd !== undefined) {
  sign()
  setInterval(sign, interval)
}
say('watching')

function say(word: WatchWord): void {
  parentPort?.postMessage(word)
}

function sign(): void {
  const beats = board.beats()
  const held = beats === seen
  seen = beats
  tell(held ? { held: readCell() } : {})
}

function readCell(): SignOfLife['held'] {
  try {
    return { cell: JSON.parse(board.read()) as NonNullable<SignOfLife['held']>['cell'] }
  } catch {
    return {}
  }
}

function tell(life: SignOfLife): void {
  try {
    writeSync(signsFd as number, `${JSON.stringify(life)}\n`)
  } catch {
    // Nobody reads, or not now: the next one says as much.
  }
}

/** Orphans get another parent; where they do not (Windows), the number of the old one is free. */
function isThere(pid: number): boolean {
  if (process.platform !== 'win32') return process.ppid === pid
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
