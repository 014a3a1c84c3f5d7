import { show } from '../session/open-workflow.ts'
import { describeError } from '../session/describe-error.ts'
import { followRun } from '../session/run-workflow.ts'
import { switchTab } from '../session/tabs.ts'
import type { Editor } from '../store/editor.ts'

/** Opens a run as it was, its workflow and everything it told, in the tab that shows it or in one of its own. */
export async function openRun(editor: Editor, id: string): Promise<void> {
  const { active, parked } = editor.tabs.getState()
  if (editor.run.getState().run?.id === id) return
  const tab = [...parked].find(([, behind]) => behind.run?.id === id)?.[0]
  if (tab !== undefined && tab !== active) return switchTab(editor, tab)
  try {
    const { workflow } = await editor.client.run(id)
    show(editor, workflow, {}, true)
    followRun(editor, id, editor.tabs.getState().active)
  } catch (error) {
    editor.view.getState().notify('error', ...describeError(error))
  }
}
