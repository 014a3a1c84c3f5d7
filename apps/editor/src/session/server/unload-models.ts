import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'

/** Has every model unloaded that no run uses. */
export async function unloadModels(editor: Editor): Promise<void> {
  const { notify } = editor.workbench.getState()
  try {
    await editor.client.ask('unloadModels')
    notify('info', 'Models that nothing uses are unloaded')
  } catch (error) {
    notify('error', ...describeError(error))
  }
}

/** Why there is nothing to unload; undefined where there is. */
export function nothingToUnload(editor: Editor): string | undefined {
  const { memory } = editor.server.getState().worker
  return memory !== undefined && memory.models.length > 0 ? undefined : 'No model is loaded'
}
