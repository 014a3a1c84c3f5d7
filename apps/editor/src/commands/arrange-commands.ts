import type { Alignment } from '../layout/align-nodes.ts'
import { alignSelected, distributeSelected, layOut } from '../session/editing/arrange-selected.ts'
import { graphOf } from '../session/editing/edit-graph.ts'
import { makeTaller } from '../session/editing/resize-selected.ts'
import type { Editor } from '../store/editor.ts'
import type { Command } from './command.ts'
import { needsNode, selectedNodes } from '../session/editing/selected-nodes.ts'

const needs =
  (count: number) =>
  (editor: Editor): string | undefined =>
    editor.front.view.getState().selectedNodes.size >= count ? undefined : `Select ${count} nodes first`

const align = (title: string, key: string, alignment: Alignment): Command => ({
  group: 'Arrange',
  title,
  keys: [key],
  menus: ['nodes'],
  section: 'arrange',
  disabledReason: needs(2),
  run: (editor) => alignSelected(editor, alignment),
})

export const arrangeCommands: readonly Command[] = [
  {
    group: 'Arrange',
    title: 'Lay out what is selected, or everything',
    short: 'Lay out',
    keys: ['l'],
    menus: ['nodes', 'canvas'],
    section: 'arrange',
    run: (editor) => void layOut(editor),
  },
  align('Align left', 'Alt+a', 'left'),
  align('Align centres', 'Alt+h', 'centre'),
  align('Align right', 'Alt+d', 'right'),
  align('Align top', 'Alt+w', 'top'),
  align('Align middles', 'Alt+v', 'middle'),
  align('Align bottom', 'Alt+s', 'bottom'),
  {
    group: 'Arrange',
    title: 'Distribute across',
    keys: ['Alt+Shift+h'],
    menus: ['nodes'],
    section: 'arrange',
    disabledReason: needs(3),
    run: (editor) => distributeSelected(editor, 'across'),
  },
  {
    group: 'Arrange',
    title: 'Distribute down',
    keys: ['Alt+Shift+v'],
    menus: ['nodes'],
    section: 'arrange',
    disabledReason: needs(3),
    run: (editor) => distributeSelected(editor, 'down'),
  },
  {
    group: 'Arrange',
    title: 'Make what is selected taller',
    short: 'Taller',
    keys: ['Alt+PageDown'],
    menus: ['nodes'],
    section: 'arrange',
    disabledReason: needsNode,
    run: (editor) => makeTaller(editor, selectedNodes(editor), 1),
  },
  {
    group: 'Arrange',
    title: 'Make what is selected less tall',
    short: 'Less tall',
    keys: ['Alt+PageUp'],
    menus: ['nodes'],
    section: 'arrange',
    disabledReason: (editor) =>
      needsNode(editor) ??
      (selectedNodes(editor).some((id) => graphOf(editor).nodes[id]?.view?.height !== undefined)
        ? undefined
        : 'It is as high as what is in it'),
    run: (editor) => makeTaller(editor, selectedNodes(editor), -1),
  },
]
