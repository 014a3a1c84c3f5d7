import { nothingToUnload, unloadModels } from '../session/server/unload-models.ts'
import type { Command } from './command.ts'

export const listModels: Command = {
  group: 'View',
  title: 'Models: found, added, downloaded',
  inApp: true,
  keys: ['Shift+m'],
  run: (editor) => editor.workbench.setState({ dialog: { kind: 'models' } }),
}

export const unload: Command = {
  group: 'Run',
  title: 'Unload the models that nothing uses',
  inApp: true,
  keys: [],
  disabledReason: nothingToUnload,
  run: (editor) => void unloadModels(editor),
}
