import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

test('the built editor carries the licences of all it is made with, parts that run in workers included', () => {
  const notices = read('apps/editor/dist/third-party-notices.txt')
  const named = [...notices.matchAll(/^={80}\n(\S+) \S+ \((.+)\)\nSource: (https:\S+)$/gm)]
  const manifest = JSON.parse(read('apps/editor/package.json')) as { dependencies: Record<string, string> }
  const bundled = Object.keys(manifest.dependencies).filter((name) => !name.startsWith('@woolgather/'))
  expect(named.map(([, name]) => name)).toEqual(expect.arrayContaining([...bundled, 'refa', 'zod']))
  expect(named.find(([, name]) => name === 'elkjs')?.slice(2)).toEqual([
    'EPL-2.0 OR GPL-3.0-or-later',
    'https://github.com/kieler/elkjs.git',
  ])
  expect(notices).toContain('Eclipse Public License - v 2.0')
  expect(notices).toMatch(/SIL OPEN FONT LICENSE/i)
  expect(notices.split(/^={80}$/m).filter((notice) => notice.trim().length < 300)).toHaveLength(1)
})
