import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const demo = (name: string): string => path.join(root, 'models/demo', name)

/** Drops a file on the window as the system does: the browser hands over what it is called and what is in it. */
async function dropFile(name: string, content: Buffer): Promise<void> {
  await editor.page.evaluate(
    ({ name, content }) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([bytes], name))
      document
        .querySelector('.app')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    },
    { name, content: content.toString('base64') },
  )
}

test('a GGUF that is dropped becomes a node: of a model that is here, or of one that is added by that', async () => {
  const { page, scratch } = editor
  await page.locator('.react-flow__node').first().waitFor()
  await dropFile('storyteller.gguf', await readFile(demo('storyteller.gguf')))
  await editor.told('demo/storyteller.gguf is on the graph')
  const lora = await readFile(demo('pirate.lora.gguf'))
  await dropFile('somebody’s.gguf', lora)
  await editor.told('somebody’s.gguf is on the graph')
  expect(await readFile(scratch.path('models/somebody’s.gguf'))).toEqual(lora)
  const card = page
    .locator('[data-node-id]')
    .filter({ has: page.getByRole('combobox', { name: 'LoRA: File' }) })
  await card.getByText(/^Fits demo\//).waitFor()
})

test('a path typed into the field of a model offers to use it where it lies, and an address says what becomes of it', async () => {
  const { page, node, scratch } = editor
  await mkdir(scratch.path('elsewhere'))
  await writeFile(scratch.path('elsewhere/mine.gguf'), await readFile(demo('sizes/Q4_0.gguf')))
  await writeFile(
    scratch.path('one.json'),
    JSON.stringify({
      format: 'woolgather',
      version: 1,
      name: 'One',
      nodes: { model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } } },
    }),
  )
  await editor.openFile(scratch.path('one.json'))
  const field = node('model').getByRole('combobox')
  await field.click()
  await field.fill('hf:owner/repo/file.gguf')
  await page.locator('.model-list').getByText('Is downloaded when it runs').waitFor()
  await field.fill(`"${scratch.path('elsewhere/mine.gguf')}"`)
  await page.getByRole('button', { name: 'Use it where it lies' }).click()
  await expect.poll(() => field.inputValue()).toBe('mine.gguf')
  await node('model').getByText('used where it lies').waitFor()
  await node('model').getByText('Tells small stories').waitFor()
})

test('a model that is here under another name is offered for one that is missing', async () => {
  const { page, node, scratch } = editor
  const workflow = {
    format: 'woolgather',
    version: 1,
    name: 'Of a friend',
    nodes: { model: { type: 'loading/model', inputs: { file: 'theirs/tales.gguf' } } },
    requires: {
      models: [
        {
          file: 'theirs/tales.gguf',
          sha256: '647f52f39f9ef1dfef32882dbb9dc35da977679be85c125fe8a5b3b320c0387f',
          bytes: (await readFile(demo('storyteller.gguf'))).length,
        },
      ],
    },
  }
  await writeFile(scratch.path('friend.json'), JSON.stringify(workflow))
  await page.getByLabel('Workflow file').setInputFiles(scratch.path('friend.json'))
  const dialog = page.getByRole('dialog', { name: /something is missing/ })
  await dialog.getByRole('button', { name: 'You have this as demo/storyteller.gguf: use it' }).click()
  await dialog.getByText('The workflow names demo/storyteller.gguf now').waitFor()
  await dialog.getByRole('button', { name: 'Go to the graph' }).click()
  await expect.poll(() => node('model').getByRole('combobox').inputValue()).toBe('demo/storyteller.gguf')
})

test('the models page lists, sorts, finds and uses by keyboard, and what is loaded stands behind the status', async () => {
  const { page } = editor
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+M')
  const dialog = page.getByRole('dialog', { name: 'Models' })
  const rows = dialog.locator('tbody tr')
  const name = (row: number): Promise<string | null> => rows.nth(row).locator('.models-name').textContent()
  await rows.first().waitFor()
  await dialog.getByRole('button', { name: 'Size', exact: true }).press('Enter')
  await expect.poll(() => name(0)).toBe('demo/diffuser.gguf')
  await expect.poll(() => name(1)).toMatch(/storyteller/)
  await dialog
    .getByRole('columnheader', { name: 'Size' })
    .and(dialog.locator('[aria-sort=descending]'))
    .waitFor()
  await dialog.getByLabel('Find a model').fill('Q8_0')
  await expect.poll(() => name(0)).toBe('demo/sizes/Q8_0.gguf')
  await dialog.getByLabel('Find a model').press('Tab')
  await dialog.getByRole('button', { name: 'Use demo/sizes/Q8_0.gguf' }).press('Enter')
  await editor.told('demo/sizes/Q8_0.gguf is on the graph')
  await page.getByRole('button', { name: /^Ready/ }).press('Enter')
  const machine = page.getByRole('dialog', { name: 'This machine' })
  await machine
    .getByText(/GB free/)
    .first()
    .waitFor()
  await machine.getByText('No model is loaded').waitFor()
  await page.keyboard.press('Escape')
  expect(await machine.count()).toBe(0)
})
