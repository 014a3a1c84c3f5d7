import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor
beforeAll(async () => (editor = await openEditor()))
afterAll(() => editor[Symbol.asyncDispose]())

/** Twenty columns of fifteen: a text over what shows it, and so on, 360 apart. One text feeds what shows it below. */
const large = {
  format: 'woolgather',
  version: 1,
  name: 'Three hundred',
  nodes: Object.fromEntries(
    Array.from({ length: 300 }, (_, at) => {
      const view = { x: (at % 20) * 360, y: Math.floor(at / 20) * 360 }
      return at % 2 === 0
        ? [`n${at}`, { type: 'text/text', inputs: { text: `${at}` }, view }]
        : [`n${at}`, { type: 'output/preview', links: { value: [`n${at - 1}`, 'text'] }, view }]
    }),
  ),
}

const status = (): Promise<string> => editor.page.locator('.status-bar .counts').innerText()
const painted = (): Promise<string | null> =>
  editor.page.locator('.painted-graph').getAttribute('data-painted')
const elements = (): Promise<number> => editor.page.locator('.react-flow__node').count()

/** Where a place of the graph is in the window. */
async function onScreen(x: number, y: number): Promise<[number, number]> {
  return editor.page.evaluate(
    ([x, y]) => {
      const flow = document.querySelector('.react-flow')!.getBoundingClientRect()
      const matrix = new DOMMatrix(
        getComputedStyle(document.querySelector('.react-flow__viewport')!).transform,
      )
      const at = matrix.transformPoint({ x, y })
      return [flow.left + at.x, flow.top + at.y] as [number, number]
    },
    [x, y] as const,
  )
}

/** Where the node of this number was opened, in its head. */
const headOf = (at: number): Promise<[number, number]> =>
  onScreen((at % 20) * 360 + 140, Math.floor(at / 20) * 360 + 17)

test('a very large graph is seen whole and painted: none of its nodes is an element of the page', async () => {
  const file = editor.scratch.path('large.json')
  await writeFile(file, JSON.stringify(large))
  await editor.openFile(file)
  await expect.poll(painted).toBe('300')
  await expect.poll(elements).toBe(0)
  const [left, top] = await onScreen(0, 0)
  const [right, bottom] = await onScreen(19 * 360 + 280, 14 * 360 + 200)
  const graph = (await editor.page.locator('.graph').boundingBox())!
  expect([
    left > graph.x,
    top > graph.y,
    right < graph.x + graph.width,
    bottom < graph.y + graph.height,
  ]).toEqual([true, true, true, true])
})

test('what is painted is selected by a click, by more of them with Ctrl, and let go by a click beside', async () => {
  const { page } = editor
  await page.mouse.click(...(await headOf(21)))
  await expect.poll(status).toBe('1 selected · 300 nodes')
  await page.keyboard.down('Control')
  await editor.rest()
  await page.mouse.click(...(await headOf(25)))
  await page.keyboard.up('Control')
  await expect.poll(status).toBe('2 selected · 300 nodes')
  await page.mouse.click(...(await headOf(63)))
  await expect.poll(status).toBe('1 selected · 300 nodes')
  await page.mouse.click(...(await onScreen(320, 320)))
  await expect.poll(status).toBe('300 nodes')
})

test('a box around all selects all, and one of them that is dragged takes all others along', async () => {
  const { page } = editor
  // At the edge of the window a box that is drawn moves the graph.
  await page.getByRole('button', { name: 'Zoom out' }).click()
  await page.getByRole('button', { name: 'Zoom out' }).click()
  await editor.rest()
  await page.keyboard.down('Shift')
  await page.locator('.react-flow__pane.selection').waitFor()
  await page.mouse.move(...(await onScreen(-200, -200)))
  await page.mouse.down()
  await page.mouse.move(...(await onScreen(7300, 5500)), { steps: 6 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await page.locator('.react-flow__pane:not(.selection)').waitFor()
  await expect.poll(status).toBe('300 selected · 300 nodes')
  const [x, y] = await headOf(45)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 20, y + 20, { steps: 3 })
  await page.mouse.up()
  /** Who is selected after a click: a slow page takes in later what was done before. */
  const clicked = (x: number, y: number): Promise<string> => page.mouse.click(x, y).then(status)
  // At its old place the canvas is empty now.
  const [left, top] = await onScreen(3, 3)
  await expect.poll(() => clicked(left, top)).toBe('300 nodes')
  await expect.poll(() => clicked(left + 20, top + 20)).toBe('1 selected · 300 nodes')
  const undo = page.getByRole('button', { name: 'Undo' })
  while (await undo.isEnabled()) await undo.click()
  await expect.poll(() => clicked(left, top)).toBe('1 selected · 300 nodes')
})

test('its menu opens on a node that is painted, and on a link between two', async () => {
  const { page } = editor
  await page.mouse.click(...(await headOf(40)), { button: 'right' })
  await page.getByRole('menuitem', { name: /Duplicate/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.mouse.click(...(await onScreen(320, 65)), { button: 'right' })
  await page.getByRole('menuitem', { name: /Insert a node/ }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.react-flow__edge.selected').count()).toBe(1)
})

test('the keyboard goes from node to node and then near; a double click goes near too', async () => {
  const { page, node } = editor
  await page.mouse.click(...(await headOf(62)))
  await page.getByRole('application', { name: /^Graph of 300 nodes/ }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => node('n82').getByRole('textbox', { name: 'Text: Text' }).inputValue()).toBe('82')
  await page.keyboard.press('Escape')
  await editor.showAll()
  await expect.poll(painted).toBe('300')
  await page.mouse.dblclick(...(await headOf(104)))
  const text = node('n104').getByRole('textbox', { name: 'Text: Text' })
  await text.fill('typed')
  await expect.poll(() => text.inputValue()).toBe('typed')
  await expect.poll(elements).toBeLessThan(60)
})

test('what ran is ringed where it is painted', async () => {
  const { page } = editor
  await page.keyboard.press('Escape')
  await editor.showAll()
  await expect.poll(painted).toBe('300')
  /** The colour just outside the left edge of node 7. */
  const colour = async (): Promise<string> => {
    const [x, y] = await onScreen(7 * 360 - 4, 40)
    return page.evaluate(readPixel, [x, y] as const)
  }
  const before = await colour()
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect.poll(colour).not.toBe(before)
})

/** Runs in the page: what is painted at a place of the window, as red, green, blue and how much of it. */
function readPixel([x, y]: readonly [number, number]): string {
  const canvas = document.querySelector<HTMLCanvasElement>('.painted-graph')!
  const { left, top, width } = canvas.getBoundingClientRect()
  const scale = canvas.width / width
  return canvas
    .getContext('2d')!
    .getImageData((x - left) * scale, (y - top) * scale, 1, 1)
    .data.join()
}
