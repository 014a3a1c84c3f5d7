import { updateTypes } from './watch-types.ts'
import type { Editor } from '../../store/editor.ts'

/** Fetches what the server can run, and what it has. Throws when it cannot be reached. */
export async function loadLibrary(editor: Editor): Promise<void> {
  const [nodes] = await Promise.all([editor.client.ask('nodes'), loadModels(editor), loadWorkflows(editor)])
  editor.server.setState({ nodes })
  updateTypes(editor)
}

export async function loadModels(editor: Editor): Promise<void> {
  editor.server.setState({ models: await editor.client.ask('models') })
}

export async function loadWorkflows(editor: Editor): Promise<void> {
  editor.server.setState({ workflows: await editor.client.ask('workflows') })
}

/** Fetches the models anew when workers of other machines have others. */
export function watchOffered(editor: Editor): void {
  editor.server.subscribe(({ worker }, before) => {
    if (worker.fabric === undefined || worker.fabric.models === before.worker.fabric?.models) return
    loadModels(editor).catch(() => undefined)
  })
}
