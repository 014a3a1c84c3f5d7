import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  sha256Of,
  startModelServer,
  type ModelServer,
} from '../../packages/files/src/testing/model-server.ts'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

/*
   Models that a workflow wants from places nothing was downloaded from yet; this machine's other ports are such.
*/
let editor: Editor
let models: ModelServer

beforeAll(async () => {
  models = await startModelServer()
  const content = await readFile(path.join(root, 'models/demo/storyteller.gguf'))
  models.files.set('/far/model.gguf', { content })
  models.files.set('/far/other.gguf', { content })
  editor = await openEditor()
})
afterAll(async () => {
  await editor?.[Symbol.asyncDispose]()
  await models[Symbol.asyncDispose]()
})

const missing = () => editor.page.getByRole('dialog', { name: /something is missing/ })
const question = () => editor.page.getByRole('dialog', { name: /^Download from/ })
const host = (): string => new URL(models.url).host

/** Opens a workflow that loads models from these addresses, with what is missing told. */
async function openNaming(...addresses: string[]): Promise<void> {
  const nodes = Object.fromEntries(
    addresses.map((file, at) => [`model${at}`, { type: 'loading/model', inputs: { file } }]),
  )
  const file = editor.scratch.path('far.json')
  await writeFile(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Far', nodes }))
  await editor.page.getByLabel('Workflow file').setInputFiles(file)
  await missing().waitFor()
}

test('a workflow that wants a model from a new place says so when it is opened, and asks nothing of that place', async () => {
  await openNaming(`${models.url}/far/model.gguf`)
  await missing().getByText(`Nothing was downloaded from ${host()} yet`).waitFor()
  await missing().getByText('Allow and download').waitFor()
  await editor.page.keyboard.press('Escape')
  expect(models.requests).toEqual([])
})

test('at Run it is asked, by keyboard as well: Enter alone allows nothing, and what is allowed is run', async () => {
  const { page } = editor
  await page.keyboard.press('Control+Enter')
  await question().getByText(host(), { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await question().waitFor({ state: 'detached' })
  expect(models.requests).toEqual([])
  await page.keyboard.press('Control+Enter')
  await question().waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  expect(models.requests.length).toBeGreaterThan(0)
})

test('of a place that was allowed nobody is asked again, of several others all at once, however long their names', async () => {
  const long = `${'a-name-without-an-end.'.repeat(10)}example`
  await openNaming(`${models.url}/far/other.gguf`, `https://${long}/a.gguf`, 'https://two.example/b.gguf')
  const { page } = editor
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => question().getByRole('listitem').allInnerTexts()).toEqual([long, 'two.example'])
  const wider = await question().evaluate((dialog) => dialog.scrollWidth > dialog.clientWidth)
  expect(wider).toBe(false)
  await page.keyboard.press('Escape')
})

test('the download button fetches a model from where it says, under the name that the address gives it', async () => {
  const { page } = editor
  await openNaming(`${models.url}/far/other.gguf`)
  await missing()
    .getByRole('button', { name: /^Download / })
    .click()
  await missing().getByRole('status').getByText('Here').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
})

test('a model whose name another file has is saved beside it, and the workflow names what was saved; undo takes that back', async () => {
  const { page, scratch } = editor
  const file = `mine-${path.basename(scratch.path(''))}.gguf`
  await mkdir(scratch.path('models'), { recursive: true })
  await writeFile(scratch.path(`models/${file}`), 'GGUF of my own')
  const content = models.files.get('/far/model.gguf')!.content
  const requires = {
    models: [
      { file, source: `${models.url}/far/model.gguf`, bytes: content.length, sha256: sha256Of(content) },
    ],
  }
  const nodes = { model: { type: 'loading/model', inputs: { file } } }
  const written = scratch.path('taken.json')
  await writeFile(
    written,
    JSON.stringify({ format: 'woolgather', version: 1, name: 'Taken', nodes, requires }),
  )
  await page.getByLabel('Workflow file').setInputFiles(written)
  // The file that has the name was looked into, or the server says so when it is asked for the model.
  const asked = missing().getByRole('button', { name: `Download ${file}`, exact: true })
  const replace = missing().getByRole('button', { name: /replace/ })
  await asked.or(replace).first().waitFor()
  if (await asked.isVisible()) await asked.click()
  await replace.waitFor()
  await missing()
    .getByRole('button', { name: /beside/ })
    .click()
  const saved = file.replace('.gguf', '-2.gguf')
  await missing().getByRole('status').getByText(`Here, as ${saved}`).waitFor()
  await missing().getByRole('button', { name: 'Go to the graph' }).click()
  const quiet = page.getByRole('contentinfo').getByRole('button', { name: '1 missing' })
  await quiet.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  expect(await readFile(scratch.path(`models/${file}`), 'utf8')).toBe('GGUF of my own')
  await page.getByRole('button', { name: 'Undo' }).click()
  await quiet.waitFor()
})
