import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await editor.node('Write the story').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

/** Ids of the nodes that are seen to be selected. */
const selected = (): Promise<string[]> =>
  editor.page
    .locator('[data-node-id][data-selected]')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['nodeId'] ?? '').sort())
const title = (name: string) => editor.node(name).locator('.node-title')
const copied = (): Promise<string> => editor.page.evaluate(() => navigator.clipboard.readText())
const chosenText = (): Promise<string> => editor.page.evaluate(() => String(document.getSelection()))

/** A place of the canvas where nothing lies. */
async function emptyPlace(): Promise<[number, number]> {
  return editor.page.evaluate(() => {
    const { left, top, right, bottom } = document.querySelector('.graph')!.getBoundingClientRect()
    for (let y = top + 30; y < bottom; y += 20)
      for (let x = left + 30; x < right; x += 20)
        if (document.elementFromPoint(x, y)?.classList.contains('react-flow__pane')) return [x, y]
    throw new Error('the canvas is full')
  }) as Promise<[number, number]>
}

test('a plain click narrows a selection to what was clicked, also after an area was drawn around it', async () => {
  const { page } = editor
  await title('Topic').click()
  await title('Write the story').click({ modifiers: ['Control'] })
  await expect.poll(selected).toEqual(['story', 'topic'])
  await title('Write the story').click()
  await expect.poll(selected).toEqual(['story'])
  await page.keyboard.press('Control+a')
  await expect.poll(async () => (await selected()).length).toBeGreaterThan(3)
  await title('Topic').click()
  await expect.poll(selected).toEqual(['topic'])
  const [x, y] = await emptyPlace()
  await page.keyboard.down('Shift')
  await page.mouse.move(x, y)
  await page.mouse.down()
  const box = (await editor.node('Write the story').boundingBox())!
  await page.mouse.move(box.x + box.width + 10, box.y + box.height - 10, { steps: 5 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await expect.poll(async () => (await selected()).length).toBeGreaterThan(1)
  const at = (await title('Write the story').boundingBox())!
  await page.mouse.click(at.x + 5, at.y + 5)
  await expect.poll(selected).toEqual(['story'])
})

test('of nodes that are dragged together all stay selected', async () => {
  const { page } = editor
  await page.keyboard.press('Escape')
  await title('Topic').click()
  await title('Write the story').click({ modifiers: ['Control'] })
  const at = (await title('Topic').boundingBox())!
  await page.mouse.move(at.x + 5, at.y + 5)
  await page.mouse.down()
  await page.mouse.move(at.x + 25, at.y + 15, { steps: 4 })
  await page.mouse.up()
  await editor.rest()
  expect(await selected()).toEqual(['story', 'topic'])
})

test('after a sweep the axis alone is selected, whatever was before', async () => {
  const { page, node } = editor
  await title('Topic').click()
  await title('Write the story').click({ modifiers: ['Control'] })
  const field = node('story').locator('[data-input=temperature]')
  await field.hover()
  await field.getByRole('button', { name: /sweep/ }).click()
  await node('axis')
    .getByRole('textbox', { name: /Values/ })
    .waitFor()
  await expect.poll(selected).toEqual(['axis'])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
})

test('copying takes the nodes that were selected last, and a text that was; the canvas drops both', async () => {
  const { page, node } = editor
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  const words = node('story').locator('.result-text')
  await words.dblclick({ position: { x: 30, y: 18 } })
  await expect.poll(chosenText).not.toBe('')
  const word = await chosenText()
  await page.keyboard.press('Control+c')
  await expect.poll(copied).toBe(word)
  await title('Topic').click()
  await page.keyboard.press('Control+c')
  await expect.poll(copied).toContain('"topic"')
  expect(await chosenText()).toBe('')
  await words.dblclick({ position: { x: 30, y: 18 } })
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  await expect.poll(copied).toContain('"topic"')
  await words.dblclick({ position: { x: 30, y: 18 } })
  await expect.poll(chosenText).toBe(word)
  await page.mouse.click(...(await emptyPlace()))
  await expect.poll(chosenText).toBe('')
  // A field that was edited is left by pressing a node, and a word marked in it is no longer what is copied.
  await node('Topic').getByRole('textbox').dblclick()
  await title('Write the story').click()
  await page.keyboard.press('Control+c')
  await expect.poll(copied).toContain('"story"')
  await page.mouse.click(...(await emptyPlace()))
  await expect.poll(selected).toEqual([])
})
