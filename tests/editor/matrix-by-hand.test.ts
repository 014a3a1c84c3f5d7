import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const edges = (): Promise<number> => editor.page.locator('.react-flow__edge').count()

/** The links of the graph as `from → to`, in the words a screen reader hears. */
async function links(): Promise<string[]> {
  const labels = await editor.page
    .locator('.react-flow__edge')
    .evaluateAll((all) => all.map((edge) => edge.getAttribute('aria-label') ?? ''))
  return labels.map((label) => label.replace(/^Link from (.*) to (.*): .* to .*$/, '$1 → $2')).sort()
}

/** The grid of the results panel, a line for each row. */
async function readGrid(): Promise<{ columns: string[]; rows: string[]; cells: string[] }> {
  const grid = editor.page.getByRole('grid')
  await grid.getByRole('gridcell').first().waitFor()
  const lines = async (role: 'columnheader' | 'rowheader' | 'gridcell'): Promise<string[]> =>
    (await grid.getByRole(role).allInnerTexts()).map((text) => text.split(/\s+/).join(' ').trim())
  return {
    columns: await lines('columnheader'),
    rows: await lines('rowheader'),
    cells: await lines('gridcell'),
  }
}

/** What both ways have to end in: 2 temperatures by 3 seeds, six stories, the corner heading aside. */
async function expectMatrix(): Promise<void> {
  await expect
    .poll(links)
    .toEqual(['Axis → Generate', 'Axis → Generate', 'Generate → Grid', 'Model → Generate'])
  const grid = await readGrid()
  const headings = [...grid.columns, ...grid.rows]
    .map((text) => text.split(' ').at(-1) ?? '')
    .filter((text) => /^[\d.]+$/.test(text))
    .sort()
  expect(headings).toEqual(['0.2', '0.9', '1', '2', '3'])
  expect(grid.cells).toHaveLength(6)
  for (const cell of grid.cells) expect(cell).toMatch(/[a-z]{3}/i)
}

async function middle(element: Locator): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox()
  if (!box) throw new Error(`${element.toString()} is not on the page`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

test('an X/Y matrix is built from an empty canvas with the mouse, run, and read', async () => {
  const { page, node, output } = editor
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New' }).click()
  await page.getByRole('heading', { name: 'An empty canvas' }).waitFor()

  const palette = page.getByRole('navigation', { name: 'Nodes' })
  const pane = page.locator('.react-flow__pane')
  const drawIntoSpace = async (
    from: Locator,
    to: { x: number; y: number },
    choice: string,
  ): Promise<void> => {
    await page.mouse.move((await middle(from)).x, (await middle(from)).y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 6 })
    await page.mouse.up()
    await page.getByRole('option', { name: choice }).first().click()
  }
  await palette
    .getByRole('button', { name: 'Model', exact: true })
    .dragTo(pane, { targetPosition: { x: 90, y: 40 } })
  await node('Model').getByRole('combobox', { name: /File/ }).click()
  await page
    .getByRole('option', { name: /storyteller\.gguf/ })
    .first()
    .click()

  await drawIntoSpace(output('Model', 'model'), { x: 620, y: 90 }, 'Generate')
  await node('Generate')
    .getByRole('textbox', { name: /^Generate: Prompt/ })
    .click()
  await page.keyboard.type('Tell me a happy story about the sea.')
  for (const [input, values] of [
    ['Temperature', '0.2, 0.9'],
    ['Seed', '1-3'],
  ] as const) {
    const field = node('Generate').locator(`[data-input=${input.toLowerCase()}]`)
    await field.hover()
    await field.getByRole('button', { name: /sweep/i }).click()
    const axis = page.locator('[data-node-id^=axis]').last()
    await axis.getByRole('textbox', { name: /Values/ }).fill(values)
  }
  await drawIntoSpace(output('Generate', 'text'), { x: 1050, y: 160 }, 'Grid')
  await expect.poll(edges).toBe(4)

  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await editor.showAll()
  await node('Grid')
    .getByRole('button', { name: /open all results/ })
    .click()
  await expectMatrix()
  await page.getByRole('button', { name: 'Close the results' }).click()
})

test('the same matrix is built with the keyboard alone', async () => {
  const { page, node, output } = editor
  const { keyboard } = page
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await keyboard.press(key)
  }
  /** Goes on from where the focus is, as someone without a mouse does. */
  const tabTo = async (target: Locator, key = 'Tab'): Promise<void> => {
    const wanted = await target.elementHandle()
    for (let step = 0; step < 150; step++) {
      await keyboard.press(key)
      if (await page.evaluate((element) => document.activeElement === element, wanted)) return
    }
    throw new Error(`${target.toString()} cannot be reached with ${key}`)
  }
  const add = async (name: string): Promise<void> => {
    await keyboard.press('/')
    await page.getByRole('combobox', { name: 'Find a node' }).waitFor()
    await keyboard.type(name)
    await keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.classList.contains('react-flow__node'))
  }
  const goTo = async (name: string): Promise<void> => {
    await keyboard.press('Control+f')
    await page.getByRole('combobox', { name: 'Find a node of this workflow' }).waitFor()
    await keyboard.type(name)
    await keyboard.press('Enter')
    await page.waitForFunction((id) => document.activeElement?.getAttribute('data-id') === id, name)
  }
  const wire = async (port: Locator, partner: string): Promise<void> => {
    await tabTo(port)
    await keyboard.press('Enter')
    await keyboard.type(partner)
    await page
      .getByRole('option', { name: new RegExp(partner.replace('›', '.'), 'i') })
      .first()
      .waitFor()
    await keyboard.press('Enter')
  }
  await press('Escape', 'Control+a', 'Delete')
  await expect.poll(() => page.locator('[data-node-id]').count()).toBe(0)

  await add('model')
  await tabTo(node('model').getByRole('combobox', { name: /File/ }))
  await keyboard.type('storyteller.gguf')
  await page
    .getByRole('option', { name: /storyteller\.gguf/ })
    .first()
    .waitFor()
  await press('Enter', 'Escape')

  await add('generate')
  await tabTo(node('generate').getByRole('textbox', { name: /^Generate: Prompt/ }))
  await keyboard.type('Tell me a happy story about the sea.')
  await press('Escape')
  for (const [input, values] of [
    ['seed', '1-3'],
    ['temperature', '0.2, 0.9'],
  ] as const) {
    const field = node('generate').locator(`[data-input=${input}]`)
    await goTo('generate')
    await tabTo(field.getByRole('button', { name: /sweep/i }))
    await keyboard.press('Enter')
    const axis = page.locator('[data-node-id^=axis]').last()
    await page.waitForFunction(() => document.activeElement?.closest('[data-id^=axis]') !== null)
    if (
      !(await axis.getByRole('textbox', { name: /Values/ }).evaluate((box) => box === document.activeElement))
    )
      await tabTo(axis.getByRole('textbox', { name: /Values/ }))
    await press('Control+a')
    await keyboard.type(values)
    await press('Escape')
  }
  await add('grid')
  await tabTo(node('grid').getByRole('button', { name: /^Input Values/ }))
  await keyboard.press('Enter')
  await keyboard.type('generate text')
  await keyboard.press('Enter')
  await expect.poll(edges).toBe(3)
  await goTo('model')
  await wire(output('model', 'model'), 'generate › model')
  await expect.poll(edges).toBe(4)

  await keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await goTo('grid')
  await press('Enter', 'r')
  await expectMatrix()
  await page.getByRole('grid').getByRole('gridcell').first().focus()
  await press('ArrowRight', 'ArrowDown', 'Enter')
  await expect
    .poll(() => page.getByRole('complementary', { name: 'The chosen cell' }).innerText())
    .toMatch(/Temperature\s+0\.9|Seed\s+2/)
})
