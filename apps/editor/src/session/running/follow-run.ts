import type { RunChoices } from '@woolgather/protocol'
import type { RunEvent, Workflow } from '@woolgather/workflow'
import { applyEvents, interruptRun, isOver, type RunState } from '../../run/run-state.ts'
import type { Editor } from '../../store/editor.ts'
import type { SentRun } from '../../store/run-store.ts'
import type { Tab } from '../../store/tab.ts'
import { isOpen } from '../files/tabs.ts'
import { hearsUs } from '../server/watch-connection.ts'
import { paceDrawing } from './pace-drawing.ts'

/** The tab that shows a run. */
export function tabOfRun(editor: Editor, id: string): Tab | undefined {
  return editor.tabs.getState().open.find(({ run }) => run.getState().run?.id === id)
}

/** Shows a run in a tab from its first event on; behind another that goes on there, it waits for that to end. */
export function followRun(editor: Editor, sent: SentRun, tab: Tab): void {
  const { run, waiting, begin } = tab.run.getState()
  if (run && !isOver(run)) return tab.run.setState({ waiting: [...waiting, sent] })
  const { id, ...of } = sent
  begin(id, of)
  followFrom(editor, id, tab, -1)
  if (!of.workflow) void learnWorkflow(editor, id, tab)
}

/** Takes up an interrupted run; where a tab shows it, what it has so far stays and the rest is added. */
export function takeUpRun(editor: Editor, id: string): void {
  if (!hearsUs(editor, 'Not taken up')) return
  editor.client.resume(id)
  const tab = tabOfRun(editor, id)
  if (tab) followFrom(editor, id, tab, tab.run.getState().run?.seq ?? -1)
}

/** Takes runs up again after a reload. One the server no longer knows sends nothing, and shows nothing. */
export function resumeRuns(editor: Editor, [first, ...waiting]: readonly string[], tab: Tab): void {
  if (first === undefined) return
  tab.run.setState({ waiting: waiting.map((id) => ({ id })) })
  const stop = editor.client.subscribe(first, () => {
    stop()
    followRun(editor, { id: first }, tab)
  })
}

/** The server forgot a run: it will not go on. */
export function loseRun(editor: Editor, id: string): void {
  for (const tab of editor.tabs.getState().open)
    if (!changeRun(tab, id, (run) => (isOver(run) ? run : interruptRun(run)))) showNext(editor, id, tab)
}

/** A tab takes in the events of its run, in front or behind, until it is over or the tab shows it no more. */
function followFrom(editor: Editor, id: string, tab: Tab, after: number): void {
  const draw = paceDrawing((events: RunEvent[]) => {
    const goesOn = isOpen(editor, tab) && changeRun(tab, id, (run) => applyEvents(run, events))
    if (goesOn) return
    stop()
    showNext(editor, id, tab)
  })
  const stop = editor.client.subscribe(id, draw, after)
}

/** Where a run that was shown is over, the one that waited behind it is. */
function showNext(editor: Editor, ended: string, tab: Tab): void {
  const { run, waiting } = tab.run.getState()
  const [next, ...rest] = waiting
  if (!next || run?.id !== ended || !isOpen(editor, tab)) return
  tab.run.setState({ waiting: rest })
  followRun(editor, next, tab)
}

/** Changes the run a tab shows. False where it shows another by now, or this one is over. */
function changeRun(tab: Tab, id: string, change: (run: RunState) => RunState): boolean {
  const { run } = tab.run.getState()
  if (run?.id !== id) return false
  const next = change(run)
  tab.run.setState({ run: next })
  return !isOver(next)
}

/** What a run was of that began before the page did; where nobody can say, the graph as it is has to do. */
async function learnWorkflow(editor: Editor, id: string, tab: Tab): Promise<void> {
  const known: { workflow: Workflow; targets?: RunChoices['targets'] } | undefined = await editor.client
    .ask('run', { id })
    .catch(() => undefined)
  if (known) changeRun(tab, id, (run) => ({ ...run, workflow: known.workflow, targets: known.targets }))
}
