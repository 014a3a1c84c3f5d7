import { expect, test } from 'vitest'
import { readPrompt } from '../../apps/editor/src/session/running/read-prompt.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import { script, until } from '../../apps/server/src/testing/start-test-server.ts'
import { openForEach } from './open-session.ts'

let editor: Editor
openForEach((_, joined) => (editor = joined))

const runs = async (): Promise<string[]> =>
  (await editor.client.ask('runs', { query: {} })).runs.map(({ name, status }) => `${name}: ${status}`)
const ask = (played: string, signal = new AbortController().signal) =>
  readPrompt(editor, { workflow: script(played), target: 'text' }, signal)

test('a prompt that cannot be written out says why, and its run is none of the history', async () => {
  const reading = await ask('start text; fail text; end failed')
  expect(reading).toMatchObject({ error: { message: 'It did not work.' } })
  await until(async () => (await runs()).length === 0)
})

test('one that is superseded is cancelled, tells nothing, and is none of the history either', async () => {
  const superseded = new AbortController()
  const endless = 'start text; cancellable'
  const reading = ask(endless, superseded.signal)
  await until(async () => (await runs()).length === 1)
  superseded.abort()
  expect(await reading).toBeUndefined()
  await until(async () => (await runs()).length === 0)
})
