import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

const interfaceOfOptions = /interface (\w*(?:Options|Parts))\b[^{]*\{\n([^]*?)\n\}/g

/** Those on lines of their own: a path such as `/models/*` begins none. */
const comments = /^ *\/\*[^]*?\*\//gm

/** Fields of options that nothing reads, in the file that declares them or in one that names them: nobody hears them. */
function unreadIn(text: string, others: readonly string[] = []): string[] {
  return [...text.matchAll(interfaceOfOptions)].flatMap(([declared, name, fields]) => {
    const naming = others.filter((other) => other.includes(name!))
    const readers = [text.replace(declared, ''), ...naming].map((reader) => reader.replace(comments, ''))
    return [...fields!.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)]
      .map(([, field]) => field!)
      .filter((field) => !readers.some((reader) => new RegExp(String.raw`\b${field}\b`).test(reader)))
      .map((field) => `${name}.${field}`)
  })
}

test('an option that is declared and not read is found, one that is read is not', () => {
  const text = 'interface SomeOptions {\n  /** How. */\n  loud?: boolean\n  slow: string\n}\n'
  expect(unreadIn(`${text}start(options.slow)`)).toEqual(['SomeOptions.loud'])
  expect(unreadIn(`${text}/** loud */\nstart(options.slow)`)).toEqual(['SomeOptions.loud'])
  expect(unreadIn(`${text}const { loud, slow } = options`)).toEqual([])
  const others = ['start({ loud: true })', 'function start({ slow }: SomeOptions)']
  expect(unreadIn(text, others)).toEqual(['SomeOptions.loud'])
})

/** What goes on as a whole to somebody who has another name for its type. */
const goesOn = [
  'ServeSocketsOptions.version',
  'ServeSocketsOptions.workerStatus',
  'ServeSocketsOptions.onFailure',
  'EditorOptions.url',
  'TrainOptions.onUpdate',
  'TrainOptions.enough',
]

test('every option that something takes is read where it is declared, or where its type is named', () => {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  })
  const texts = stdout
    .split('\n')
    .filter((file) => /^(?:apps|packages|nodes)\//.test(file) && !/\.test\.tsx?$|\/testing\//.test(file))
    .map((file) => [file, readFileSync(path.join(root, file), 'utf8')] as const)
  const unread = texts.flatMap(([file, text]) => {
    const others = texts.flatMap(([other, of]) => (other === file ? [] : [of]))
    return unreadIn(text, others).map((field) => `${file}: ${field}`)
  })
  expect(unread.filter((field) => !goesOn.some((name) => field.endsWith(name)))).toEqual([])
  expect(texts.flatMap(([, text]) => [...text.matchAll(interfaceOfOptions)]).length).toBeGreaterThan(50)
})
