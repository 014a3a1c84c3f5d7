import type { RunChoices } from '@woolgather/protocol'
import type { RunEvent, Workflow } from '@woolgather/workflow'
import { applyEvents, interruptRun, isOver, type RunState } from '../../run/run-state.ts'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'
import { replaceProblems } from '../../store/problem-store.ts'
import { isRunning } from '../../store/run-store.ts'
import type { Tab } from '../../store/tab.ts'
import { findProblems } from '../checking/find-problems.ts'
import { askForHosts } from '../server/allow-host.ts'
import { paceDrawing } from './pace-drawing.ts'
import { hearsUs } from '../server/watch-connection.ts'
import { isOpen } from '../files/tabs.ts'

/** Checks the document in front and sends it to be run. What is wrong is shown instead of sent. */
export async function runWorkflow(editor: Editor, choices: RunChoices = {}): Promise<void> {
  const tab = editor.front
  const { document, run, problems } = tab
  const { notify } = editor.workbench.getState()
  if (isRunning(run.getState())) return
  const workflow = document.getState().history.present
  if (Object.keys(workflow.nodes).length === 0) return notify('info', 'Nothing to run: add a node first')
  findProblems(editor)
  if (problems.getState().issues.length > 0) return refuse(editor, tab)
  const submitting = new AbortController()
  run.setState({ submitting })
  try {
    const result = await editor.client.submit(workflow, choices, submitting.signal)
    if ('run' in result) return followRun(editor, result.run, tab, workflow)
    run.setState({ submitting: undefined })
    if (askForHosts(editor, result.issues, () => void runWorkflow(editor, choices))) return
    replaceProblems(problems, result.issues)
    refuse(editor, tab)
  } catch (error) {
    if (!submitting.signal.aborted) notify('error', ...describeError(error))
  }
  run.setState({ submitting: undefined })
}

/** Cancels the run in front, or takes it back where it still waits for the server. */
export function cancelRun(editor: Editor): void {
  const { run, submitting } = editor.front.run.getState()
  if (submitting) return submitting.abort()
  if (run && !isOver(run) && hearsUs(editor, 'Not cancelled')) editor.client.cancel(run.id)
}

/** The tab that shows a run. */
export function tabOfRun(editor: Editor, id: string): Tab | undefined {
  return editor.tabs.getState().open.find(({ run }) => run.getState().run?.id === id)
}

/** Shows a run in a tab from its first event on, whether it began now or before a reload. */
export function followRun(editor: Editor, id: string, tab: Tab, workflow: Workflow): void {
  tab.run.getState().begin(id, workflow)
  followFrom(editor, id, tab, -1)
}

/** Takes up an interrupted run; where a tab shows it, what it has so far stays and the rest is added. */
export function takeUpRun(editor: Editor, id: string): void {
  if (!hearsUs(editor, 'Not taken up')) return
  editor.client.resume(id)
  const tab = tabOfRun(editor, id)
  if (tab) followFrom(editor, id, tab, tab.run.getState().run?.seq ?? -1)
}

/** Takes a run up again after a reload. A run the server no longer knows sends nothing, and shows nothing. */
export function resumeRun(editor: Editor, id: string, tab: Tab): void {
  const stop = editor.client.subscribe(id, () => {
    stop()
    tab.run.getState().begin(id)
    followFrom(editor, id, tab, -1)
    void learnWorkflow(editor, id, tab)
  })
}

/** What a run was of that began before the page did; where nobody can say, the graph as it is has to do. */
async function learnWorkflow(editor: Editor, id: string, tab: Tab): Promise<void> {
  const known = await editor.client.ask('run', { id }).catch(() => undefined)
  if (known) changeRun(tab, id, (run) => ({ ...run, workflow: known.workflow }))
}

/** The server forgot a run: it will not go on. */
export function loseRun(editor: Editor, id: string): void {
  for (const tab of editor.tabs.getState().open)
    changeRun(tab, id, (run) => (isOver(run) ? run : interruptRun(run)))
}

/** A tab takes in the events of its run, in front or behind, until it is over or the tab shows it no more. */
function followFrom(editor: Editor, id: string, tab: Tab, after: number): void {
  const draw = paceDrawing((events: RunEvent[]) => {
    const goesOn = isOpen(editor, tab) && changeRun(tab, id, (run) => applyEvents(run, events))
    if (!goesOn) stop()
  })
  const stop = editor.client.subscribe(id, draw, after)
}

/** Changes the run a tab shows. False where it shows another by now, or this one is over. */
function changeRun(tab: Tab, id: string, change: (run: RunState) => RunState): boolean {
  const { run } = tab.run.getState()
  if (run?.id !== id) return false
  const next = change(run)
  tab.run.setState({ run: next })
  return !isOver(next)
}

function refuse(editor: Editor, tab: Tab): void {
  const count = tab.problems.getState().issues.length
  if (tab === editor.front) editor.workbench.setState({ problemsOpen: true })
  editor.workbench
    .getState()
    .notify(
      'info',
      `Not run: ${count === 1 ? 'there is a problem' : `there are ${count} problems`} to solve first`,
    )
}
