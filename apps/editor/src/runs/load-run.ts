import type { RunDetails } from '@woolgather/protocol'
import { applyEvents, isOver, newRun, type RunState } from '../run/run-state.ts'
import type { Editor } from '../store/editor.ts'
import type { RunSide } from './compare-outputs.ts'

/** A past run with all its events. */
export async function loadRun(editor: Editor, id: string): Promise<RunSide & { details: RunDetails }> {
  const [details, run] = await Promise.all([editor.client.ask('run', { id }), replayRun(editor, id)])
  return { details, workflow: details.workflow, run }
}

/** Everything that was told of a run until now; of one that goes on, as far as it got. */
function replayRun(editor: Editor, id: string): Promise<RunState> {
  return new Promise((resolve) => {
    let run = newRun(id)
    let settle: ReturnType<typeof setTimeout> | undefined
    const end = (): void => {
      clearTimeout(settle)
      stop()
      resolve(run)
    }
    const stop = editor.client.subscribe(id, (events) => {
      run = applyEvents(run, events)
      clearTimeout(settle)
      if (isOver(run)) end()
      else settle = setTimeout(end, restTime)
    })
  })
}

/** Milliseconds without news after which a run that goes on is taken as it stands. */
const restTime = 400
