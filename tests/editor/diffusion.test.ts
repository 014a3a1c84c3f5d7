import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.openFile(path.join(root, 'workflows/diffusion.json'))
})
afterAll(() => editor?.[Symbol.asyncDispose]())

test('the node shows the canvas as it clears; then one goes back through its steps, and saves them as a film', async () => {
  const { page, node } = editor
  const story = node('story')
  const clearing = story.locator('.canvas-hole').first().waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await clearing
  await page.locator('.run-summary[data-status=completed]').waitFor()
  const step = story.getByRole('slider', { name: /: step$/ })
  await step.waitFor()
  const holes = (): Promise<number> => story.locator('.canvas-hole').count()
  await expect.poll(holes).toBe(0)
  await step.focus()
  await page.keyboard.press('Home')
  await expect.poll(holes).toBe(80)
  await page.keyboard.press('ArrowRight')
  await expect.poll(holes).toBe(79)
  expect(await story.locator('.canvas-token[data-new]').count()).toBe(1)
  await editor.showAll()
  const download = page.waitForEvent('download')
  await story.getByRole('button', { name: 'Save as an animated picture' }).click()
  const file = await readFile(await (await download).path())
  expect(file.subarray(1, 4).toString()).toBe('PNG')
  expect(file.includes('acTL')).toBe(true)
  expect(file.includes('diffusion/diffuse')).toBe(true)
  if (process.env['FILM']) {
    await page.keyboard.press('PageDown')
    await story.screenshot({ path: `${process.env['FILM']}/node.png` })
    await (await import('node:fs/promises')).writeFile(`${process.env['FILM']}/film.png`, file)
  }
})
