import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const run = async (): Promise<void> => {
  await editor.page.getByRole('button', { name: 'Run', exact: true }).click()
  await editor.page.locator('.run-summary[data-status=completed]').waitFor()
}

test('an input is swept by one button: an axis with its value, wired to it', async () => {
  const { page, node } = editor
  const temperature = node('story').locator('[data-input=temperature]')
  await temperature.hover()
  await temperature.getByRole('button', { name: /sweep/ }).click()
  const values = node('axis').getByRole('textbox', { name: /Values/ })
  await expect.poll(() => values.inputValue()).toBe('0.7')
  await values.fill('0.2, 0.9')
  await expect.poll(() => temperature.getByRole('button', { name: /linked from Axis/ }).count()).toBe(1)
  await expect.poll(() => page.locator('.react-flow__edge').count()).toBe(7)
})

test('a sweep is shown as a grid in the node, and in full in the panel', async () => {
  const { page, node } = editor
  const topic = node('Topic').locator('[data-input=text]')
  await topic.hover()
  await topic.getByRole('button', { name: /sweep/ }).click()
  await node('axis-2')
    .getByRole('textbox', { name: /Values/ })
    .fill('the sea\nspace\na farm')
  await run()
  const compact = node('story').locator('.compact-grid')
  await expect.poll(() => compact.getByRole('cell').count()).toBe(6)
  await editor.showAll()
  await node('story')
    .getByRole('button', { name: /open all results/ })
    .click()
  const grid = page.getByRole('grid')
  await grid.getByRole('gridcell').first().waitFor()
  await expect.poll(() => grid.getByRole('gridcell').count()).toBe(6)
  const heads = await grid.getByRole('columnheader').allInnerTexts()
  const rows = await grid.getByRole('rowheader').allInnerTexts()
  expect({
    heads: heads.map((text) => text.split(/\s+/).at(-1)).toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    rows: rows.length,
  }).toEqual(
    heads.length === 3
      ? { heads: ['0.2', '0.9', 'Text'], rows: 3 }
      : { heads: ['Temperature', 'farm', 'sea', 'space'].sort(), rows: 2 },
  )
})

test('axes change places, rows are filtered, and a cell says how it came about', async () => {
  const { page } = editor
  const grid = page.getByRole('grid')
  const toolbar = page.getByRole('toolbar')
  await toolbar.getByLabel('Temperature', { exact: true }).selectOption('down')
  await toolbar.getByLabel('Text', { exact: true }).selectOption('across')
  await expect.poll(() => grid.getByRole('rowheader').allInnerTexts()).toEqual(['0.2', '0.9'])
  await toolbar.getByLabel('Filter the results').fill('0.9')
  await expect.poll(() => grid.getByRole('rowheader').allInnerTexts()).toEqual(['0.9'])
  await toolbar.getByLabel('Filter the results').fill('')
  await expect.poll(() => grid.getByRole('rowheader').count()).toBe(2)
  await grid.getByRole('gridcell').first().click()
  const details = page.getByRole('complementary', { name: 'The chosen cell' })
  await expect.poll(() => details.innerText()).toMatch(/Temperature\s+0\.2[\s\S]*(finished in|cached)/)
  await grid
    .getByRole('gridcell')
    .nth(1)
    .click({ modifiers: ['Control'] })
  const difference = page.getByRole('complementary', { name: 'Difference between two cells' })
  await expect.poll(() => difference.locator('ins').count()).toBeGreaterThan(0)
  await expect.poll(() => page.getByRole('button', { name: 'Make reproducible' }).count()).toBe(1)
})

test('the arrows move between cells, and Enter opens one', async () => {
  const { page } = editor
  await page.getByRole('gridcell').first().click()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const place = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['place'])
  await expect.poll(place).toBe('1 1')
  await expect.poll(() => page.locator('[data-place="1 1"]').getAttribute('aria-selected')).toBe('true')
})

async function exportAs(item: string): Promise<string> {
  const { page, scratch } = editor
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item, exact: true }).click(),
  ])
  const file = scratch.path(download.suggestedFilename())
  await download.saveAs(file)
  return file
}

test.each([
  ['Picture (PNG)', 'png'],
  ['Picture (SVG)', 'svg'],
  ['Web page (HTML)', 'html'],
  ['CSV', 'csv'],
  ['JSON lines', 'jsonl'],
  ['Markdown', 'md'],
])('the grid is exported as %s, which opens the workflow that made it', async (item, extension) => {
  const { page, node } = editor
  const file = await exportAs(item)
  expect(path.basename(file)).toBe(`First story - Write the story.${extension}`)
  const text = await readFile(file, 'utf8')
  if (extension === 'csv') {
    const [head = ''] = text.split('\r\n')
    expect(head.split(',').sort()).toEqual([
      'Temperature',
      'Text',
      'milliseconds',
      'status',
      'value',
      'workflow',
    ])
    expect(text.match(/,(finished|cached),/g)).toHaveLength(6)
  }
  if (['svg', 'html', 'md'].includes(extension)) {
    expect(text).toMatch(/demo\/storyteller\.gguf · seed \d+ · \d{4}-\d\d-\d\d/)
    expect(text).toMatch(/(Temperature 0\.2|Text space)/)
  }
  const bar = page.getByRole('navigation', { name: 'Open workflows' })
  await editor.openFile(file)
  await editor.told(`Opened the workflow that made First story - Write the story.${extension}`)
  await expect
    .poll(() =>
      node('axis')
        .getByRole('textbox', { name: /Values/ })
        .inputValue(),
    )
    .toBe('0.2, 0.9')
  await expect.poll(() => bar.locator('.tab-name').count()).toBe(2)
  await page.keyboard.press('Shift+W')
  await page.getByRole('button', { name: 'Close without saving' }).click()
  await page.getByRole('grid').waitFor()
})

test('a picture has the size of its grid, and pixels that are not all the same', async () => {
  const { page } = editor
  const bytes = await readFile(editor.scratch.path('First story - Write the story.png'))
  const seen = await page.evaluate(
    async (address) => {
      const image = new Image()
      image.src = address
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const context = canvas.getContext('2d')!
      context.drawImage(image, 0, 0)
      const colors = new Set(
        new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer),
      )
      return { width: image.width, colors: colors.size }
    },
    `data:image/png;base64,${bytes.toString('base64')}`,
  )
  expect(seen.width).toBeGreaterThan(800)
  expect(seen.colors).toBeGreaterThan(20)
})

test('a cell becomes the workflow: its values are typed where the axes were, and undo brings them back', async () => {
  const { page, node } = editor
  await page.locator('[data-place="0 1"]').click()
  await page.getByRole('button', { name: 'Make this the workflow' }).click()
  await expect.poll(() => page.locator('[data-node-id^=axis]').count()).toBe(0)
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('space')
  expect(await namesOfAxes()).toEqual(['Temperature', 'Text'])
  await page.getByRole('button', { name: 'Close the results' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => page.locator('[data-node-id^=axis]').count()).toBe(2)
})

const namesOfAxes = (): Promise<string[]> =>
  editor.page
    .getByRole('toolbar')
    .getByRole('combobox', { name: /^(Temperature|Text|Heat|axis.*)$/ })
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? '').sort())

test('unlinking gives back what was typed before', async () => {
  const { node } = editor
  await node('Topic')
    .getByRole('button', { name: /unlink/ })
    .click()
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('the sea')
})

test('results call their axes as the run did, whatever they are called by now, after a reload too', async () => {
  const { page, node } = editor
  await node('axis').getByRole('textbox', { name: /Label/ }).fill('Heat')
  await editor.showAll()
  await node('story').locator('.node-title').click()
  await page.keyboard.press('r')
  await expect.poll(namesOfAxes).toEqual(['Temperature', 'Text'])
  await page.reload()
  await node('story').locator('.compact-grid').waitFor()
  await node('story').locator('.node-title').click()
  await page.keyboard.press('r')
  await expect.poll(namesOfAxes).toEqual(['Temperature', 'Text'])
  await expect.poll(() => node('axis').getByRole('textbox', { name: /Label/ }).inputValue()).toBe('Heat')
  await page.getByRole('button', { name: 'Close the results' }).click()
})

test('a workflow file dropped on the window opens', async () => {
  const { page } = editor
  const text = await readFile(new URL('../../workflows/length-by-temperature.json', import.meta.url), 'utf8')
  const files = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([content], 'dropped.json', { type: 'application/json' }))
    return transfer
  }, text)
  await page.dispatchEvent('.app', 'dragover', { dataTransfer: files })
  await expect.poll(() => page.locator('.drop-target').count()).toBe(1)
  await page.dispatchEvent('.app', 'drop', { dataTransfer: files })
  await expect.poll(() => page.getByLabel('Name of the workflow').inputValue()).toBe('Length by temperature')
  await expect.poll(() => page.locator('.drop-target').count()).toBe(0)
})

test('a chart is drawn, and its numbers can be read without seeing it', async () => {
  const { node } = editor
  await run()
  const chart = node('chart').getByRole('figure', { name: 'Tokens by temperature' })
  await chart.locator('.line-mark').first().waitFor()
  await expect.poll(() => chart.locator('.line-mark').count()).toBe(2)
  const numbers = await chart.locator('table td').allInnerTexts()
  expect(numbers.map(Number).every((count) => count > 0 && count <= 80)).toBe(true)
  expect(numbers).toHaveLength(6)
})

test.each([
  ['Picture (PNG)', 'png'],
  ['Picture (SVG)', 'svg'],
  ['CSV', 'csv'],
])('the chart is exported as %s, which opens the workflow that made it', async (item, extension) => {
  const { page, node } = editor
  await node('chart').getByRole('button', { name: 'Chart: the chart at large' }).click()
  const file = await exportAs(item)
  const name = `Length by temperature - Tokens by temperature.${extension}`
  expect(path.basename(file)).toBe(name)
  const text = await readFile(file, 'utf8')
  if (extension === 'csv') expect(text).toMatch(/^seed,temperature,mean,count,workflow\r\n1,0\.2,\d+,1,"/)
  if (extension === 'svg') expect(text).toMatch(/storyteller\.gguf[^<]* · \d{4}-\d\d-\d\d<.*<path/s)
  await editor.openFile(file)
  await editor.told(`Opened the workflow that made ${name}`)
  await node('chart').waitFor()
  await page.keyboard.press('Shift+W')
  await page.getByRole('button', { name: 'Close without saving' }).click()
  await node('chart').getByRole('figure', { name: 'Tokens by temperature' }).waitFor()
})

test('muted nodes say so, and undo lets them run again', async () => {
  const { page, node } = editor
  await node('chart').locator('.node-header').click()
  await page.keyboard.press('Control+m')
  await expect.poll(() => node('chart').getAttribute('data-mode')).toBe('mute')
  await page.keyboard.press('Control+z')
  await expect.poll(() => node('chart').getAttribute('data-mode')).toBeNull()
})
