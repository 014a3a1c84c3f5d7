import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import type { Flow } from '../../apps/editor/src/commands/command.ts'
import { graphCommands } from '../../apps/editor/src/commands/graph-commands.ts'
import { nodeCommands } from '../../apps/editor/src/commands/node-commands.ts'
import { presentOf } from '../../apps/editor/src/session/editing/edit-graph.ts'
import { show } from '../../apps/editor/src/session/files/open-workflow.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import { root } from '../scratch.ts'
import { openForEach } from './open-session.ts'

let editor: Editor
openForEach((_, joined) => (editor = joined))

/** Does what a shortcut does; nothing of it looks at the page. */
function press(key: string): void {
  const command = [...graphCommands, ...nodeCommands].find(({ keys }) => keys.includes(key))
  expect(command?.disabledReason?.(editor)).toBeUndefined()
  command!.run(editor, {} as Flow)
}

test('fifty changes are undone and done again', async () => {
  const file = path.join(root, 'workflows/first-story.json')
  const before = JSON.parse(await readFile(file, 'utf8')) as Workflow
  show(editor, { workflow: before })
  editor.front.view.getState().select(['topic'])
  for (let step = 0; step < 50; step++) press(['c', 'p', 'Mod+m', 'Mod+b', 'Mod+d'][step % 5]!)
  const after = presentOf(editor)
  expect(Object.keys(after.nodes)).toHaveLength(Object.keys(before.nodes).length + 10)
  const { undo, redo } = editor.front.document.getState()
  for (let step = 0; step < 50; step++) undo()
  expect(presentOf(editor)).toEqual(before)
  for (let step = 0; step < 50; step++) redo()
  expect(presentOf(editor)).toEqual(after)
})

test('a command that would do nothing says why', () => {
  show(editor, { workflow: { format: 'woolgather', version: 1, name: 'Empty', nodes: {} } })
  const reasons = [...graphCommands, ...nodeCommands].flatMap(({ title, disabledReason }) => {
    const reason = disabledReason?.(editor)
    return reason === undefined ? [] : [`${title}: ${reason}`]
  })
  expect(reasons).toContain('Insert a node on the link: Select a link first')
  expect(reasons).toContain('Leave the subgraph: No subgraph is open')
  expect(reasons).toContain('Mute what is selected, or let it run: Select a node first')
})
