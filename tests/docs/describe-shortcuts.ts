import type { Command } from '../../apps/editor/src/commands/command.ts'
import { showKeys } from '../../apps/editor/src/store/show-keys.ts'
import { table } from './table.ts'

/** Every command of the editor that has a shortcut, by group, and what else keys and pointer do. */
export async function describeShortcuts(): Promise<string> {
  const { commands, gestures } = await loadCommands()
  const withKeys = commands.filter(({ keys }) => keys.length > 0)
  const groups = [...new Set(withKeys.map(({ group }) => group))]
  const rows = groups.flatMap((group) =>
    withKeys
      .filter((command) => command.group === group)
      .map(({ title, keys }) => [group, title, keys.map((key) => `\`${showKeys(key)}\``).join(', ')]),
  )
  return [
    ...table(['', 'command', 'keys'], rows),
    '',
    ...table(
      ['also', ''],
      gestures.map(({ title, keys }) => [title, showKeys(keys)]),
    ),
  ].join('\n')
}

interface Commands {
  commands: readonly Command[]
  gestures: readonly { title: string; keys: string }[]
}

/** By a name that is not known beforehand: what they import is written for a browser, and has its types there. */
async function loadCommands(): Promise<Commands> {
  const { href } = new URL('../../apps/editor/src/commands/commands.ts', import.meta.url)
  return (await import(href)) as Commands
}
