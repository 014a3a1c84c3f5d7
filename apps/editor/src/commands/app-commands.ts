import { showApp, toggleInApp } from '../session/editing/edit-app.ts'
import type { Command } from './command.ts'

export const switchView: Command = {
  group: 'View',
  title: 'Show the workflow as an app, or as its graph',
  inApp: true,
  keys: ['a'],
  run: (editor) => showApp(editor, !editor.workbench.getState().appView),
}

export const appCommands: readonly Command[] = [
  switchView,
  {
    group: 'Graph',
    title: 'Show what the selected node makes in the app, or leave it out',
    short: 'Show its result in the app, or leave it out',
    menus: ['nodes'],
    section: 'state',
    keys: ['Shift+a'],
    disabledReason: (editor) => {
      if (editor.front.document.getState().path.length > 0)
        return 'What a node inside a subgraph makes cannot be shown in the app'
      return editor.front.view.getState().selectedNodes.size === 1 ? undefined : 'Select one node first'
    },
    run: (editor) => {
      const [node] = editor.front.view.getState().selectedNodes
      if (node !== undefined) toggleInApp(editor, { node })
    },
  },
]
