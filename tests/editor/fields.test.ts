import { cp, link, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.node('Topic').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

async function open(nodes: Record<string, unknown>): Promise<void> {
  const file = editor.scratch.path('fields.json')
  await writeFile(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Fields', nodes }))
  await editor.openFile(file)
}

/** Sixty models as people have them: in folders, with long names, one of them in another architecture's words. */
async function fillModels(): Promise<void> {
  const folder = editor.scratch.path('models')
  const first = path.join(folder, 'first.gguf')
  await mkdir(path.join(folder, 'people/dynamic'), { recursive: true })
  await cp(path.join(root, 'models/demo/storyteller.gguf'), first)
  const names = [
    'Mistral-Small-3.2-24B-Instruct',
    'Qwen3-30B-A3B-Thinking',
    'gemma-3-27b-it-with-a-long-suffix',
  ]
  for (let at = 0; at < 59; at++) {
    const name = `people/dynamic/${names[at % 3]}-${String(at).padStart(2, '0')}-Q${at % 8}_K.gguf`
    await link(first, path.join(folder, name))
  }
}

test('a model is found among sixty by words in any order, and chosen without a mouse', async () => {
  await fillModels()
  const { page, node } = editor
  await open({ chosen: { type: 'loading/model', inputs: { file: 'first.gguf' } } })
  const field = node('chosen').getByRole('combobox')
  const list = page.getByRole('listbox', { name: 'Models' })
  await field.press('ArrowDown')
  await list.waitFor()
  // The list is fetched anew as it opens: before that, none of the sixty was known.
  await expect.poll(() => list.getByRole('option').count()).toBeGreaterThanOrEqual(60)
  await page.keyboard.press('PageDown')
  await page.keyboard.press('PageDown')
  const inView = (): Promise<boolean> =>
    list.locator('[aria-selected=true]').evaluate((option) => {
      const { top, bottom } = option.getBoundingClientRect()
      const box = option.parentElement!.getBoundingClientRect()
      return top >= box.top - 1 && bottom <= box.bottom + 1
    })
  await expect.poll(inView).toBe(true)
  await field.selectText()
  await page.keyboard.type('q7 07 qwen')
  await expect
    .poll(() => list.getByRole('option').first().innerText())
    .toMatch(/Qwen3.*07-Q7_K\.gguf\s+llama · .* · F16 · /)
  await page.keyboard.press('Enter')
  await expect.poll(() => field.inputValue()).toMatch(/^people\/dynamic\/Qwen3.*07-Q7_K\.gguf$/)
  await expect.poll(() => list.count()).toBe(0)
})

test('Escape takes back what was typed to search with', async () => {
  const { page, node } = editor
  const field = node('chosen').getByRole('combobox')
  const chosen = await field.inputValue()
  await field.click()
  await page.keyboard.type('gemma')
  await expect.poll(() => field.inputValue()).toBe('gemma')
  await page.keyboard.press('Escape')
  await expect.poll(() => field.inputValue()).toBe(chosen)
})

test('at the edge of a narrow window the list stays inside it', async () => {
  const { page, node } = editor
  await page.setViewportSize({ width: 700, height: 480 })
  await page.getByRole('button', { name: 'List of nodes' }).click()
  await editor.showAll()
  const pane = (await page.locator('.react-flow__pane').boundingBox())!
  const { x, y } = (await node('chosen').boundingBox())!
  const header = { x: x + 80, y: y + 15 }
  await page.mouse.move(header.x, header.y)
  await page.mouse.down()
  await page.mouse.move(header.x + 180, pane.y + pane.height - 100, { steps: 8 })
  await page.mouse.up()
  await node('chosen').getByRole('combobox').click()
  await page.locator('.model-list').waitFor()
  await editor.rest()
  const panel = (await page.locator('.model-list').boundingBox())!
  const field = (await node('chosen').getByRole('combobox').boundingBox())!
  expect(panel.x + panel.width).toBeLessThanOrEqual(pane.x + pane.width)
  expect(panel.y).toBeGreaterThanOrEqual(pane.y)
  expect(panel.y + panel.height).toBeLessThanOrEqual(field.y)
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.getByRole('button', { name: 'List of nodes' }).click()
})

test('a seed counts on from the one that is kept, by keyboard, and starts again after the last', async () => {
  const { page, node } = editor
  await open({ writer: { type: 'generation/generate', inputs: { prompt: 'Hello', seed: 41 } } })
  const seed = node('writer').getByLabel('Generate: Seed', { exact: true })
  const next = node('writer').getByRole('button', { name: 'Generate: Seed, one more' })
  await seed.focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect.poll(() => next.evaluate((button) => button === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect.poll(() => seed.inputValue()).toBe('43')
  await page.keyboard.press('Control+z')
  await expect.poll(() => seed.inputValue()).toBe('42')
  const last = await seed.getAttribute('max')
  await seed.fill(last!)
  await next.click()
  await expect.poll(() => seed.inputValue()).toBe('0')
  await seed.fill('')
  await expect.poll(() => next.isDisabled()).toBe(true)
})

test('an axis says below its field how it is read, and a prompt marks what is hardly meant', async () => {
  const { page, node } = editor
  await open({
    strengths: { type: 'matrix/axis', inputs: { values: '0-1 [5]' } },
    prompt: { type: 'steering/prompt', inputs: { prompt: 'a (gloomy:1,5) story' } },
  })
  await node('strengths').getByText('5 values: 0, 0.25, 0.5, 0.75, 1').waitFor()
  await node('prompt').getByText('“gloomy:1,5” has no weight').waitFor()
  const mark = node('prompt').locator('.cm-lintRange-warning')
  await expect.poll(() => mark.allInnerTexts().then((texts) => texts.join(''))).toBe(':1,5)')
  await page.getByRole('button', { name: '1 warning' }).waitFor()
  await node('prompt').getByRole('textbox', { name: 'Weighted prompt: Prompt' }).fill('a (gloomy:1.5) story')
  await page.getByRole('button', { name: 'No problems' }).waitFor()
  await expect.poll(() => mark.count()).toBe(0)
})
