import type { RunEvent } from '@woolgather/workflow'
import { isOver } from '../run/run-state.ts'
import type { Editor } from '../store/editor.ts'
import { replaceProblems } from '../store/problem-store.ts'
import { isRunning } from '../store/run-store.ts'
import { findProblems } from './find-problems.ts'
import { paceDrawing } from './pace-drawing.ts'
import { presentOf } from './edit-graph.ts'
import { describeError } from './describe-error.ts'

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
  const draw = paceDrawing((events: RunEvent[]) => {
    editor.run.getState().apply(events)
    const { run } = editor.run.getState()
    if (run?.id !== id || isOver(run)) stop()
  })
  const stop = editor.client.subscribe(id, draw)
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
