import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startModelServer } from '../../packages/files/src/testing/model-server.ts'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

/** Drops a file on the window as the system does: the browser hands over what it is called and what is in it. */
async function dropFile(name: string, content: string): Promise<void> {
  await editor.page.evaluate(
    ({ name, content }) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([content], name))
      document
        .querySelector('.app')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    },
    { name, content },
  )
}

test('an output file that is dropped opens the workflow that made it in a new tab', async () => {
  const { page, node, scratch } = editor
  await node('Topic').getByRole('textbox').fill('a farm')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  const story = await readFile(scratch.path('output/stories/first-story.txt'), 'utf8')
  await node('Topic').getByRole('textbox').fill('space')
  await dropFile('first-story.txt', story)
  const bar = page.getByRole('navigation', { name: 'Open workflows' })
  await expect.poll(() => bar.locator('.tab-name').count()).toBe(2)
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('a farm')
})

test('of several files that are dropped at once each opens, the last in front', async () => {
  const { page } = editor
  const bar = page.getByRole('navigation', { name: 'Open workflows' })
  const before = await bar.locator('.tab-name').count()
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer()
    for (const name of ['First of two', 'Second of two'])
      dataTransfer.items.add(
        new File([JSON.stringify({ format: 'woolgather', version: 1, name, nodes: {} })], `${name}.json`),
      )
    document
      .querySelector('.app')!
      .dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
  await expect.poll(() => bar.locator('.tab-name').count()).toBe(before + 2)
  await expect.poll(() => page.getByLabel('Name of the workflow').inputValue()).toBe('Second of two')
  await page.keyboard.press('[')
  await page.keyboard.press('[')
})

test('what cannot be opened is said, and what was open stays', async () => {
  const { page, node } = editor
  await dropFile('notes.txt', 'just words')
  await page.locator('.notice[data-tone=error]').getByText('notes.txt cannot be opened').waitFor()
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('a farm')
  await page.getByRole('button', { name: 'Close the message' }).last().click()
})

test('a workflow whose model is missing opens, offers the download, and has it once it is fetched', async () => {
  await using models = await startModelServer()
  const content = await readFile(path.join(root, 'models/demo/storyteller.gguf'))
  models.files.set('/some/model.gguf', { content })
  const { page, node, scratch } = editor
  const file = `people/${createHash('sha256').update(scratch.path('')).digest('hex').slice(0, 8)}.gguf`
  const workflow = {
    format: 'woolgather',
    version: 1,
    name: 'From afar',
    nodes: {
      model: { type: 'loading/model', inputs: { file } },
      odd: { type: 'someone/else', inputs: { a: 1 } },
    },
    requires: { models: [{ file, source: `${models.url}/some/model.gguf`, bytes: content.length }] },
  }
  await writeFile(scratch.path('afar.json'), JSON.stringify(workflow))
  await page.getByLabel('Workflow file').setInputFiles(scratch.path('afar.json'))
  const dialog = page.getByRole('dialog', { name: /something is missing/ })
  await dialog.getByText('someone/else').waitFor()
  await dialog.getByRole('button', { name: 'Go to the graph' }).click()
  const quiet = page.getByRole('contentinfo').getByRole('button', { name: '2 missing' })
  await quiet.click()
  await dialog.getByRole('button', { name: `Download ${file}` }).click()
  await dialog.getByRole('status').getByText('Here').waitFor()
  await dialog.getByRole('button', { name: 'Go to the graph' }).click()
  await node('model')
    .getByText(/llama · .* · F16/)
    .waitFor()
  await page.getByRole('contentinfo').getByRole('button', { name: '1 missing' }).waitFor()
})

test('what a saved workflow lacks is told when it is opened, once; after a reload the bar says it', async () => {
  const { page } = editor
  const missing = page.getByRole('dialog', { name: /something is missing/ })
  const open = async (item: RegExp): Promise<void> => {
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await editor.nameIt()
  await editor.told('Saved “From afar”')
  await page.keyboard.press('Shift+W')
  await open(/From afar/)
  await missing.getByText('someone/else').waitFor()
  await missing.getByRole('button', { name: 'Go to the graph' }).click()
  await page.keyboard.press('Shift+W')
  await open(/From afar/)
  const quiet = page.getByRole('contentinfo').getByRole('button', { name: '1 missing' })
  await quiet.waitFor()
  await editor.rest()
  expect(await missing.count()).toBe(0)
  await page.reload()
  await quiet.waitFor()
  await editor.rest()
  expect(await missing.count()).toBe(0)
  await quiet.click()
  await missing.getByText('someone/else').waitFor()
  await missing.getByRole('button', { name: 'Go to the graph' }).click()
})
