import { nothingToUnload, unloadModels } from '../session/server/unload-models.ts'
import type { Command } from './command.ts'

export const listModels: Command = {
  group: 'View',
  title: 'Models: found, added, downloaded',
  inApp: true,
  keys: ['Shift+m'],
  run: (editor) => editor.workbench.setState({ dialog: { kind: 'models' } }),
}

export const listWorkers: Command = {
  group: 'View',
  title: 'Workers on other machines, and what they do',
  inApp: true,
  keys: [],
  disabledReason: (editor) =>
    editor.server.getState().worker.fabric === undefined
      ? 'The server was not started with --fabric'
      : undefined,
  run: (editor) => editor.workbench.setState({ dialog: { kind: 'workers' } }),
}

export const unload: Command = {
  group: 'Run',
  title: 'Unload the models that nothing uses',
  inApp: true,
  keys: [],
  disabledReason: nothingToUnload,
  run: (editor) => void unloadModels(editor),
}
