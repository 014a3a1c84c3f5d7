import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.node('Topic').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

/** Opens the form of an example, runs it and gives the place where its results stand. */
async function runForm(example: string) {
  const { page } = editor
  const { origin } = new URL(page.url())
  await page.goto(`${origin}/?workflow=${example}&view=app`)
  await page.getByRole('region', { name: 'Inputs' }).waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  return page.getByRole('region', { name: 'Results' })
}

test('a sweep stands in the form as a grid with its texts in full, and opens in the panel', async () => {
  const { page } = editor
  const results = await runForm('two-temperatures')
  const grid = results.getByRole('article', { name: 'Grid' })
  await expect.poll(() => grid.getByRole('rowheader').allInnerTexts()).toEqual(['0.2', '1.4'])
  const cut = await grid
    .locator('td > div')
    .evaluateAll((cells) => cells.map((cell) => cell.scrollHeight > cell.clientHeight + 1))
  expect(cut).toEqual([false, false])
  const shortest = Math.min(...(await grid.getByRole('cell').allInnerTexts()).map((text) => text.length))
  expect(shortest).toBeGreaterThan(160)
  await grid.getByRole('button', { name: /open all results/ }).click()
  await expect.poll(() => page.getByRole('gridcell').count()).toBe(2)
  await page.getByRole('button', { name: 'Close the results' }).click()
})

test('a chart is drawn in the form, as wide as its place', async () => {
  const results = await runForm('length-by-temperature')
  const chart = results.getByRole('figure', { name: 'Tokens by temperature' })
  await chart.locator('.line-mark').first().waitFor()
  await expect.poll(() => chart.locator('.line-mark').count()).toBe(2)
  const place = (await results.getByRole('article', { name: 'Chart' }).boundingBox())!
  const drawn = (await chart.locator('svg').first().boundingBox())!
  expect(drawn.width).toBeGreaterThan(place.width * 0.85)
  expect(drawn.x + drawn.width).toBeLessThanOrEqual(place.x + place.width)
})

test('a loop is a timeline in the form: every iteration is reached by keyboard', async () => {
  const results = await runForm('loopback')
  const loop = results.getByRole('article', { name: 'Every iteration' })
  await loop.getByText('4 of 4').waitFor()
  const last = await loop.locator('.timeline-text').innerText()
  await loop.getByRole('slider').focus()
  await editor.page.keyboard.press('ArrowLeft')
  await loop.getByText('3 of 4').waitFor()
  await expect.poll(() => loop.locator('.timeline-text').innerText()).not.toBe(last)
})
