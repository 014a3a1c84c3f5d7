import type { RunEvent } from '@woolgather/workflow'
import { isOver } from '../run/run-state.ts'
import type { Editor } from '../store/editor.ts'
import { replaceProblems } from '../store/problem-store.ts'
import { isRunning } from '../store/run-store.ts'
import { findProblems } from './find-problems.ts'
import { presentOf } from './edit-graph.ts'
import { describeError } from './describe-error.ts'

/** Milliseconds between drawings of what streams in: faster than reading, slower than the events. */
const drawInterval = 33

/** Checks the document and sends it to be run. What is wrong is shown instead of sent. */
export async function runWorkflow(editor: Editor): Promise<void> {
  const { view, run, problems } = editor
  if (isRunning(run.getState())) return
  const workflow = presentOf(editor)
  if (Object.keys(workflow.nodes).length === 0)
    return view.getState().notify('info', 'Nothing to run: add a node first')
  findProblems(editor)
  if (problems.getState().issues.length > 0) return refuse(editor)
  run.getState().submit(true)
  try {
    const result = await editor.client.submit(workflow)
    if ('run' in result) return followRun(editor, result.run)
    replaceProblems(problems, result.issues)
    refuse(editor)
  } catch (error) {
    view.getState().notify('error', ...describeError(error))
  }
  run.getState().submit(false)
}

export function cancelRun(editor: Editor): void {
  const { run } = editor.run.getState()
  if (run && !isOver(run)) editor.client.cancel(run.id)
}

/** Shows a run from its first event on, whether it began now or before a reload. */
export function followRun(editor: Editor, id: string): void {
  editor.run.getState().begin(id)
  const draw = throttle((events: RunEvent[]) => {
    editor.run.getState().apply(events)
    const { run } = editor.run.getState()
    if (run?.id !== id || isOver(run)) stop()
  })
  const stop = editor.client.subscribe(id, draw)
}

/** Passes lists on at once, but not more often than is drawn: what comes in between is passed on together. */
function throttle<T>(pass: (items: T[]) => void): (items: T[]) => void {
  let waiting: T[] = []
  let resting = false
  const flush = (): void => {
    resting = waiting.length > 0
    if (!resting) return
    const items = waiting
    waiting = []
    setTimeout(flush, drawInterval)
    pass(items)
  }
  return (items) => {
    waiting.push(...items)
    if (!resting) flush()
  }
}

/** Takes a run up again after a reload. A run the server no longer knows sends nothing, and shows nothing. */
export function resumeRun(editor: Editor, id: string): void {
  const stop = editor.client.subscribe(id, () => {
    stop()
    followRun(editor, id)
  })
}

function refuse(editor: Editor): void {
  const count = editor.problems.getState().issues.length
  editor.view.setState({ problemsOpen: true })
  editor.view
    .getState()
    .notify(
      'info',
      `Not run: ${count === 1 ? 'there is a problem' : `there are ${count} problems`} to solve first`,
    )
}
