import type { Workflow } from '@woolgather/workflow'
import type { Editor } from '../../store/editor.ts'
import { isRunning } from '../../store/run-store.ts'
import { watchTabs } from '../../store/tab-store.ts'
import type { Tab } from '../../store/tab.ts'
import { runWorkflow } from './run-workflow.ts'

/** Milliseconds of rest after a change before it is run: nobody wants the answer to half a word. */
const restTime = 700

/** Whether the workflow in front is run after each change. From now on: what stands there was not changed. */
export function toggleRunOnChange(editor: Editor): void {
  const { run, document } = editor.front
  const onChange = !run.getState().onChange
  run.setState({ onChange, ran: whatRuns(document.getState().history.present) })
  editor.workbench.getState().notify('info', onChange ? 'Runs after each change' : 'Runs when it is told to')
}

/**
 * Runs a workflow again once it rests after a change to what it does; where it lies and what it is called change nothing.
 * While it runs, changes wait for the end, and run as one. Returns how to stop.
 */
export function watchRunOnChange(editor: Editor): () => void {
  return watchTabs(editor.tabs, (tab) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = (): void => {
      clearTimeout(timer)
      if (tab.run.getState().onChange) timer = setTimeout(() => attempt(editor, tab), restTime)
    }
    const stopDocument = tab.document.subscribe((state, before) => {
      if (state.history.present !== before.history.present) rest()
    })
    const stopRun = tab.run.subscribe((state, before) => {
      if (isRunning(before) && !isRunning(state)) rest()
    })
    return () => {
      clearTimeout(timer)
      stopDocument()
      stopRun()
    }
  })
}

function attempt(editor: Editor, tab: Tab): void {
  const { onChange, ran, waiting } = tab.run.getState()
  if (!onChange || tab !== editor.front || isRunning(tab.run.getState()) || waiting.length > 0) return
  const { present } = tab.document.getState().history
  const now = whatRuns(present)
  if (now === ran) return
  tab.run.setState({ ran: now })
  void runWorkflow(editor, {}, { quiet: true }).then(() =>
    // A seed that moved on is no change to run.
    tab.run.setState({ ran: whatRuns(tab.document.getState().history.present) }),
  )
}

/** What of a workflow a run depends on, to be compared. */
function whatRuns({ nodes, subgraphs }: Workflow): string {
  return JSON.stringify({ nodes, subgraphs }, (key, value: unknown) =>
    key === 'view' || key === 'groups' ? undefined : value,
  )
}
