import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { asJson, openFabric, presenceSchema, topics, type Fabric, type Presence } from '@woolgather/fabric'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor
let fabric: Fabric
let worker: ChildProcess | undefined

beforeAll(async () => {
  editor = await openEditor({ fabric: true })
  fabric = await openFabric(editor.scratch.path('fabric'))
})
afterAll(async () => {
  await fabric?.[Symbol.asyncDispose]()
  await editor?.[Symbol.asyncDispose]()
  if (worker?.kill('SIGTERM')) await once(worker, 'exit')
})

/** A worker of its own process, with the demo models. @returns what it says of itself */
async function startWorker(name: string): Promise<Presence> {
  const heard = new Map<string, Presence>()
  const stop = fabric.listen(topics.workers, (message) => {
    const presence = presenceSchema.parse(message)
    heard.set(presence.name, presence)
  })
  const folders = ['--models', path.join(root, 'models'), '--data', editor.scratch.path(name)]
  const address = ['--fabric', editor.scratch.path('fabric')]
  worker = spawn(
    process.execPath,
    [
      path.join(root, 'apps/cli/bin/woolgather.js'),
      'worker',
      '--cpu',
      '--name',
      name,
      ...address,
      ...folders,
    ],
    { cwd: root, stdio: 'ignore' },
  )
  await expect.poll(() => heard.get(name)).toBeDefined()
  stop()
  return heard.get(name)!
}

test('the page of workers tells who is there, what each has and did of a run, and nodes who has their model', async () => {
  const { page, node, scratch } = editor
  const dialog = page.getByRole('dialog', { name: 'Workers' })
  const row = (name: string) => dialog.getByRole('row').filter({ hasText: name })
  await page.locator('.react-flow__node').first().waitFor()
  await page.locator('.worker-state').click()
  await page.getByRole('button', { name: 'Workers…' }).click()
  await dialog.getByText('No worker is there yet').waitFor()

  const one = await startWorker('one')
  await row('one').getByText('Idle').waitFor()
  const other = { ...one, id: 'other', name: 'of-yesterday', build: 'another', files: {} }
  await expect
    .poll(async () => {
      fabric.tell(topics.workers, asJson(other))
      const isTold = await row('of-yesterday').getByText('Of another version: given nothing').count()
      return isTold + (await dialog.getByText('2 workers, 1 of another version').count())
    })
    .toBe(2)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  const file = await scratch.writeWorkflow({
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    gone: { type: 'loading/model', inputs: { file: 'nobody/has-it.gguf' } },
    seeds: { type: 'matrix/axis', inputs: { values: '1, 2, 3' } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', maxTokens: 6 },
      links: { model: ['model', 'model'], seed: ['seeds', 'value'] },
    },
  })
  await editor.openFile(file)
  const missing = page.getByRole('dialog', { name: 'For this workflow, something is missing here' })
  await missing.getByText('No worker has it: one.').waitFor()
  await page.keyboard.press('Escape')
  await missing.waitFor({ state: 'detached' })
  await node('model').getByText('on one').waitFor()
  await node('gone').getByText('No worker has it: one was asked').waitFor()

  await node('story').click({ position: { x: 60, y: 12 } })
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary').waitFor()
  await node('gone').getByText('No worker has “nobody/has-it.gguf”.').waitFor()
  await page.keyboard.press('Control+k')
  const commands = page.getByRole('combobox', { name: 'Find a command' })
  await commands.fill('Workers on other machines')
  await page.getByRole('option', { name: /Workers on other machines/ }).waitFor()
  await page.keyboard.press('Enter')
  await dialog.getByRole('region', { name: 'Cells of this run' }).getByText('3 done').waitFor()
  await row('3 done').getByText('one', { exact: true }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await dialog.waitFor({ state: 'detached' })
})
