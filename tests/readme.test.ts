import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'
import { serve } from './server.ts'

const readme = readFileSync(path.join(root, 'README.md'), 'utf8')

const commands = [...readme.matchAll(/^npx woolgather ((?:run|batch) .*)$/gm)].map(
  ([, line]) => line as string,
)

test.each(commands)('what the README shows runs as it stands: woolgather %s', async (line) => {
  await using scratch = await createScratch()
  const args = line.split(/\s+/)
  const at = args.indexOf('--out') + 1
  const out = scratch.path(args[at] as string)
  const folders = ['--output', scratch.folder, '--data', scratch.path('data'), '--cpu']
  expect(await woolgather([...args.with(at, out), ...folders])).toMatchObject({ code: 0 })
  expect(readFileSync(out, 'utf8')).toMatch(/"status": ?"completed"/)
})

test('the call that the README shows is answered by the example it names', async () => {
  const [, url = '', body = ''] = /curl http:\/\/[^/]+(\S+) [^]*?-d '(.+)'/.exec(readme) ?? []
  await using server = await serve({})
  const answer = await fetch(new URL(url, server.there[1]), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] }
  expect(choices[0]?.message.content.length).toBeGreaterThan(40)
})

test('every code that the page of troubles explains is one that a message can have', () => {
  const page = readFileSync(path.join(root, 'docs/troubleshooting.md'), 'utf8')
  const heads = [...page.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, head]) => head as string)
  const codes = heads.flatMap((head) => [...head.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code as string))
  expect(codes.length).toBeGreaterThan(15)
  expect(errorCodes).toEqual(expect.arrayContaining(codes))
})
