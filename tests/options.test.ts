import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

/** Types alone: who implements or takes them reads their fields elsewhere. */
const readElsewhere = [
  'nodes/services/services.ts',
  'packages/llama/src/contract/interface.ts',
  'packages/llama/src/fake/create-fake-llama.ts',
  'apps/editor/src/session/create-editor.ts',
  'apps/server/src/socket/serve-sockets.ts',
  'apps/cli/src/running/run-options.ts',
  'apps/cli/src/batch/prepare-batch.ts',
]

const interfaceOfOptions = /interface (\w*(?:Options|Parts))\b[^{]*\{\n([^]*?)\n\}/g

/** Fields of options that nothing in a file reads: whoever gives them is not heard. */
function unreadIn(text: string): string[] {
  return [...text.matchAll(interfaceOfOptions)].flatMap(([declared, name, fields]) => {
    const rest = text.replace(declared, '').replace(/\/\*[^]*?\*\//g, '')
    return [...fields!.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)]
      .filter(([, field]) => !new RegExp(String.raw`\b${field}\b`).test(rest))
      .map(([, field]) => `${name}.${field}`)
  })
}

test('an option that is declared and not read is found, one that is read is not', () => {
  const text = 'interface SomeOptions {\n  /** How. */\n  loud?: boolean\n  slow: string\n}\n'
  expect(unreadIn(`${text}start(options.slow)`)).toEqual(['SomeOptions.loud'])
  expect(unreadIn(`${text}/** loud */ start(options.slow)`)).toEqual(['SomeOptions.loud'])
  expect(unreadIn(`${text}const { loud, slow } = options`)).toEqual([])
})

test('every option that something takes is read where it is declared', () => {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = stdout.split('\n').filter((file) => /^(?:apps|packages|nodes)\//.test(file))
  const sources = files.filter((file) => !/\.test\.tsx?$|\/testing\//.test(file))
  const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8')
  const unread = sources
    .filter((file) => !readElsewhere.includes(file))
    .flatMap((file) => unreadIn(textOf(file)).map((field) => `${file}: ${field}`))
  expect(unread).toEqual([])
  expect(
    sources.filter((file) => [...textOf(file).matchAll(interfaceOfOptions)].length > 0).length,
  ).toBeGreaterThan(50)
})
