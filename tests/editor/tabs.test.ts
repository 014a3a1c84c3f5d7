import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const bar = () => editor.page.getByRole('navigation', { name: 'Open workflows' })
const tabs = () => bar().locator('.tab-name').allInnerTexts()
const front = () => bar().locator('[aria-current=page]')

const openExample = async (name: string): Promise<void> => {
  await editor.page.getByRole('button', { name: 'Open', exact: true }).click()
  await editor.page.getByRole('menuitem', { name }).click()
  // Until it is there, a key would reach the workflow before.
  await expect.poll(() => editor.page.getByLabel('Name of the workflow').inputValue()).toContain(name)
}

test('a second workflow opens in a tab of its own once something was done in the first', async () => {
  const { node } = editor
  await node('Topic').getByRole('textbox').fill('a farm')
  await expect.poll(() => bar().count()).toBe(0)
  await openExample('Loop until it matches')
  await expect.poll(tabs).toEqual(['First story', 'Loop until it matches'])
})

test('each tab has its own undo: one taken back in front leaves the other as it was', async () => {
  const { page, node } = editor
  await page.keyboard.press('[')
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('a farm')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('the sea')
  await page.getByRole('button', { name: 'Redo' }).click()
  await page.keyboard.press(']')
  await expect.poll(() => page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)
})

test('a run goes on behind another tab, and is seen there when its tab comes back', async () => {
  const { page } = editor
  await page.keyboard.press('[')
  await page.keyboard.press('Control+Enter')
  await page.keyboard.press(']')
  await expect.poll(() => page.locator('.run-summary').count()).toBe(0)
  await page.keyboard.press('[')
  await page.locator('.run-summary[data-status=completed]').waitFor()
})

test('a reload brings all tabs back, the one in front, and its run', async () => {
  const { page, node } = editor
  // The draft is written a moment after the last change.
  await page.waitForFunction(() =>
    Object.entries(localStorage).some(([key, text]) => key.includes('autosave') && /"front":0/.test(text)),
  )
  await page.reload()
  await expect.poll(tabs).toEqual(['First story', 'Loop until it matches'])
  await expect.poll(() => front().innerText()).toBe('First story')
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('a farm')
  await page.locator('.run-summary[data-status=completed]').waitFor()
})

test('a tab with unsaved changes asks before it closes; one without closes at once', async () => {
  const { page } = editor
  await page.getByRole('button', { name: 'Close First story' }).click()
  const dialog = page.getByRole('dialog', { name: /Save “First story” before it closes/ })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Close Loop until it matches' }).click()
  await expect.poll(() => bar().count()).toBe(0)
  await page.locator('.workflow-name[data-dirty]').waitFor()
  await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } })
  await page.keyboard.press('Shift+W')
  await dialog.getByRole('button', { name: 'Close without saving' }).click()
  await expect.poll(() => page.locator('.react-flow__node').count()).toBe(0)
})

test('a saved workflow that is open already comes to the front instead of opening twice', async () => {
  const { page } = editor
  await openExample('Two temperatures')
  await page.keyboard.press('Control+s')
  await editor.nameIt()
  await editor.told('Saved “Two temperatures”')
  await page.getByLabel('Name of the workflow').fill('Warm and cold')
  await page.keyboard.press('Enter')
  await openExample('First story')
  await expect.poll(tabs).toEqual(['Warm and cold', 'First story'])
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('group', { name: 'Yours' }).getByRole('menuitem', { name: 'Two temperatures' }).click()
  await expect.poll(() => front().innerText()).toBe('Warm and cold')
  await expect.poll(tabs).toEqual(['Warm and cold', 'First story'])
})

test('more tabs than fit are scrolled in their bar, and nothing else moves', async () => {
  const { page } = editor
  for (const name of ['Loopback', 'LoRA strength', 'An agent', 'Best of four', 'Perplexity', 'Word bias'])
    await openExample(name)
  await editor.rest()
  const run = page.getByRole('button', { name: 'Run', exact: true })
  const box = await run.boundingBox()
  expect(box!.x + box!.width).toBeLessThan(1280)
  await expect.poll(() => page.locator('.title-bar').evaluate((bar) => bar.getBoundingClientRect().x)).toBe(0)
  const tab = await front().boundingBox()
  expect(tab!.x + tab!.width).toBeLessThanOrEqual(1280)
})
