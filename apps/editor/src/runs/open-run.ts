import { show } from '../session/files/open-workflow.ts'
import { describeError } from '../store/describe-error.ts'
import { followRun, tabOfRun } from '../session/running/follow-run.ts'
import { switchTab } from '../session/files/tabs.ts'
import type { Editor } from '../store/editor.ts'

/** Opens a run as it was, its workflow and everything it told, in the tab that shows it or in one of its own. */
export async function openRun(editor: Editor, id: string): Promise<void> {
  const tab = tabOfRun(editor, id)
  if (tab) return switchTab(editor, tab)
  try {
    const { workflow } = await editor.client.ask('run', { id })
    followRun(editor, { id, workflow }, show(editor, { workflow }))
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}
