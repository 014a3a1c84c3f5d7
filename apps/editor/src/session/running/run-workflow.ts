import type { RunChoices } from '@woolgather/protocol'
import { validateWorkflow, type Issue, type Workflow } from '@woolgather/workflow'
import { isOver } from '../../run/run-state.ts'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'
import { replaceProblems } from '../../store/problem-store.ts'
import type { Tab } from '../../store/tab.ts'
import { findProblems } from '../checking/find-problems.ts'
import { askForHosts } from '../server/allow-host.ts'
import { hearsUs } from '../server/watch-connection.ts'
import { followRun } from './follow-run.ts'
import { moveSeeds } from './move-seeds.ts'

/** Runs that are asked for at once, at most. */
export const mostTimes = 100

interface RunOptions {
  /** How often: seeds move on in between, as their fields say. */
  times?: number
  /** Nobody asked for this one: where it cannot be, nothing is said. */
  quiet?: boolean
}

/**
 * Checks the document in front and sends it to be run, behind what runs already. What is wrong is shown instead of sent;
 * where targets are named, only what they need matters.
 */
export async function runWorkflow(
  editor: Editor,
  choices: RunChoices = {},
  { times = 1, quiet = false }: RunOptions = {},
): Promise<void> {
  const tab = editor.front
  const { document, run } = tab
  const { present } = document.getState().history
  if (Object.keys(present.nodes).length === 0)
    return quiet ? undefined : editor.workbench.getState().notify('info', 'Nothing to run: add a node first')
  findProblems(editor)
  const issues = issuesFor(editor, present, choices)
  if (issues.length > 0) return quiet ? undefined : refuse(editor, tab, issues)
  // Seeds that move on are one step to take back, however many runs it is for.
  document.getState().closeStep()
  const wanted = Array.from({ length: times }, () => ({ workflow: moveSeeds(editor, tab), choices }))
  document.getState().closeStep()
  run.setState(({ unsent }) => ({ unsent: [...unsent, ...wanted] }))
  if (!run.getState().submitting) await sendAll(editor, tab, quiet)
}

/** What keeps it from running. */
function issuesFor(editor: Editor, workflow: Workflow, { targets }: RunChoices): readonly Issue[] {
  if (targets === undefined) return editor.front.problems.getState().issues
  return validateWorkflow(workflow, [...(editor.server.getState().nodes ?? [])], { targets })
}

/** Sends what was asked for, one after the other: while the server cannot be reached, all of it waits. */
async function sendAll(editor: Editor, tab: Tab, quiet: boolean): Promise<void> {
  const { run, problems } = tab
  const submitting = new AbortController()
  run.setState({ submitting })
  try {
    for (let next = take(tab); next; next = take(tab)) {
      const { workflow, choices } = next
      const result = await editor.client.submit(workflow, choices, submitting.signal)
      if ('run' in result) {
        followRun(editor, { id: result.run, workflow, targets: choices.targets }, tab)
        continue
      }
      const times = run.getState().unsent.length + 1
      run.setState({ submitting: undefined, unsent: [], sentSeeds: new Map() })
      const again = (): void => void runWorkflow(editor, choices, { times })
      if (!quiet && askForHosts(editor, result.issues, again)) return
      replaceProblems(problems, result.issues)
      if (!quiet) refuse(editor, tab, result.issues)
      return
    }
  } catch (error) {
    if (!submitting.signal.aborted) editor.workbench.getState().notify('error', ...describeError(error))
  }
  run.setState({ submitting: undefined, unsent: [] })
}

function take({ run }: Tab) {
  const [next, ...unsent] = run.getState().unsent
  run.setState({ unsent })
  return next
}

/** Cancels the run in front, or takes back what still waits for the server. */
export function cancelRun(editor: Editor): void {
  const { run, submitting } = editor.front.run.getState()
  const going = run && !isOver(run)
  if (submitting) submitting.abort()
  if (going && (!submitting || isConnected(editor)) && hearsUs(editor, 'Not cancelled'))
    editor.client.cancel(run.id)
}

/** Cancels the run in front and all that were asked for after it. */
export function cancelAllRuns(editor: Editor): void {
  const { waiting } = editor.front.run.getState()
  if (waiting.length > 0 && !hearsUs(editor, 'Not cancelled')) return
  for (const { id } of waiting) editor.client.cancel(id)
  cancelRun(editor)
}

function isConnected(editor: Editor): boolean {
  return editor.server.getState().connection === 'open'
}

function refuse(editor: Editor, tab: Tab, { length: count }: readonly Issue[]): void {
  if (tab === editor.front) editor.workbench.setState({ problemsOpen: true })
  editor.workbench
    .getState()
    .notify(
      'info',
      `Not run: ${count === 1 ? 'there is a problem' : `there are ${count} problems`} to solve first`,
    )
}
