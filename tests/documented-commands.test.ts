import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { NodeDescription } from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { root } from './scratch.ts'

const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).map((file) => path.join('docs', file)),
].filter((file) => file.endsWith('.md'))

/** Lines of shell blocks that begin with `npx woolgather`, without what follows as a comment. */
function commandsOf(page: string): string[] {
  const text = readFileSync(path.join(root, page), 'utf8')
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)]
    .flatMap(([, block]) => (block as string).split('\n'))
    .map((line) => line.replace(/ #.*/, ''))
    .filter((line) => line.startsWith('npx woolgather '))
}

const commands = pages.flatMap((page) => commandsOf(page).map((line) => ({ page, line })))

const helps = new Map<string, Promise<string>>()

/** Empty where there is no such command. */
function helpOf(command: string): Promise<string> {
  const known = helps.get(command) ?? woolgather([command, '--help']).then(({ stdout }) => stdout)
  helps.set(command, known)
  return known
}

test('the pages show every command of the program that takes a file or options', () => {
  const shown = new Set(commands.map(({ line }) => line.split(/\s+/)[2]))
  expect(shown).toEqual(
    new Set([
      'run',
      'batch',
      'recipe',
      'import',
      'doctor',
      'validate',
      'nodes',
      'models',
      'serve',
      'worker',
      'workers',
    ]),
  )
})

test.each(commands)('$page shows a command that is there, with options it takes: $line', async ({ line }) => {
  const [, , command = '', ...rest] = line.split(/\s+/)
  const help = await helpOf(command)
  expect(help).toContain(`Usage: woolgather ${command} `)
  const options = rest.join(' ').match(/--[a-z][a-z-]*/g) ?? []
  const offered: string[] = help.match(/--[a-z][a-z-]*/g) ?? []
  expect(offered).toEqual(expect.arrayContaining(options))
})

test.each(commands.filter(({ line }) => line.includes('workflows/')))(
  '$page names a workflow that is shipped: $line',
  ({ line }) => {
    const [file] = /workflows\/\S+/.exec(line) ?? ['']
    expect(readdirSync(path.join(root, 'workflows'))).toContain(path.basename(file))
  },
)

test('the examples that pages list in tables are shipped', () => {
  const listed = pages.flatMap((page) =>
    [...readFileSync(path.join(root, page), 'utf8').matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
      [...(row.split('|').at(-2) ?? '').matchAll(/`([\w-]+\.json)`/g)].map(([, file]) => file as string),
    ),
  )
  expect(listed.length).toBeGreaterThan(30)
  expect(readdirSync(path.join(root, 'workflows'))).toEqual(expect.arrayContaining(listed))
})

test('an input or output that pages name with its node is one of that node', async () => {
  const { stdout } = await woolgather(['nodes', '--json'])
  const descriptions = JSON.parse(stdout) as NodeDescription[]
  const byLength = descriptions.toSorted((a, b) => b.title.length - a.title.length)
  const named = pages
    .filter((page) => page !== path.join('docs', 'nodes.md'))
    .flatMap((page) => {
      const text = readFileSync(path.join(root, page), 'utf8').replace(/\s+/g, ' ')
      return [...text.matchAll(/`(\w+)(?:: [^`]*)?` of (?:the )?[“_]?([A-Z][\w ]+)/g)].flatMap(
        ([, name, node]) => {
          const found = byLength.find(({ title }) => node?.startsWith(title))
          return found ? [{ page, name, found }] : []
        },
      )
    })
  expect(named.length).toBeGreaterThan(4)
  for (const { page, name, found } of named)
    expect(
      [...found.inputs, ...found.outputs].map((port) => port.name),
      `${page}: ${found.title}`,
    ).toContain(name)
})
