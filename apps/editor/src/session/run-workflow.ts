import type { RunChoices } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'
import { applyEvents, isOver } from '../run/run-state.ts'
import type { Editor } from '../store/editor.ts'
import { replaceProblems } from '../store/problem-store.ts'
import { isRunning } from '../store/run-store.ts'
import { findProblems } from './find-problems.ts'
import { paceDrawing } from './pace-drawing.ts'
import { presentOf } from './edit-graph.ts'
import { describeError } from './describe-error.ts'
import { hearsUs } from './watch-connection.ts'
import { beginRun, changeRun, shownRun } from './tabs.ts'

/** Checks the document and sends it to be run. What is wrong is shown instead of sent. */
export async function runWorkflow(editor: Editor, choices: RunChoices = {}): Promise<void> {
  const { view, run, problems } = editor
  if (isRunning(run.getState())) return
  const workflow = presentOf(editor)
  if (Object.keys(workflow.nodes).length === 0)
    return view.getState().notify('info', 'Nothing to run: add a node first')
  findProblems(editor)
  if (problems.getState().issues.length > 0) return refuse(editor)
  const submitting = new AbortController()
  run.setState({ submitting })
  const tab = editor.tabs.getState().active
  try {
    const result = await editor.client.submit(workflow, choices, submitting.signal)
    if ('run' in result) return followRun(editor, result.run, tab)
    replaceProblems(problems, result.issues)
    refuse(editor)
  } catch (error) {
    if (!submitting.signal.aborted) view.getState().notify('error', ...describeError(error))
  }
  // In another tab another one may be on its way by now.
  if (run.getState().submitting === submitting) run.setState({ submitting: undefined })
}

/** Cancels the run in front, or takes it back where it still waits for the server. */
export function cancelRun(editor: Editor): void {
  const { run, submitting } = editor.run.getState()
  if (submitting) return submitting.abort()
  if (run && !isOver(run) && hearsUs(editor, 'Not cancelled')) editor.client.cancel(run.id)
}

/** Shows a run in a tab from its first event on, whether it began now or before a reload. */
export function followRun(editor: Editor, id: string, tab: string): void {
  beginRun(editor, id, tab)
  followFrom(editor, id, -1)
}

/** Takes up an interrupted run; where a tab shows it, what it has so far stays and the rest is added. */
export function takeUpRun(editor: Editor, id: string): void {
  if (!hearsUs(editor, 'Not taken up')) return
  editor.client.resume(id)
  const shown = shownRun(editor, id)
  if (shown) followFrom(editor, id, shown.seq)
}

function followFrom(editor: Editor, id: string, after: number): void {
  const draw = paceDrawing((events: RunEvent[]) => {
    if (!changeRun(editor, id, (run) => applyEvents(run, events))) stop()
  })
  const stop = editor.client.subscribe(id, draw, after)
}

/** Takes a run up again after a reload. A run the server no longer knows sends nothing, and shows nothing. */
export function resumeRun(editor: Editor, id: string, tab: string): void {
  const stop = editor.client.subscribe(id, () => {
    stop()
    followRun(editor, id, tab)
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
