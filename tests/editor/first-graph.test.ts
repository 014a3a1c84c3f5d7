import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elsewhere, openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  // What everybody does first has to work from a laptop beside the machine, too.
  editor = await openEditor({ host: elsewhere })
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const edges = (): Promise<number> => editor.page.locator('.react-flow__edge').count()

test('the editor opens on the demo workflow as a graph', async () => {
  await editor.node('Write the story').waitFor()
  await expect.poll(() => editor.page.locator('[data-node-id]').count()).toBe(7)
  await expect.poll(edges).toBe(6)
})

test('a node is added from the list and dragged to another place', async () => {
  const { page, node } = editor
  await page.getByRole('navigation', { name: 'Nodes' }).getByRole('button', { name: 'Preview' }).click()
  const added = node('Preview')
  await editor.rest()
  const before = await added.boundingBox()
  if (!before) throw new Error('the new node is not on the page')
  await page.mouse.move(before.x + before.width / 2, before.y + 12)
  await page.mouse.down()
  await page.mouse.move(before.x + before.width / 2 + 220, before.y + 12 + 60, { steps: 8 })
  await page.mouse.up()
  const moved = async (side: 'x' | 'y'): Promise<number> =>
    ((await added.boundingBox())?.[side] ?? 0) - before[side]
  await expect.poll(() => moved('x')).toBeGreaterThan(150)
  await expect.poll(() => moved('y')).toBeGreaterThan(40)
})

test('a link of the wrong type is refused with the reason, and the right one is made', async () => {
  const { page, input, output, drag, drop } = editor
  await drag(output('Mood', 'text'), input('Write the story', 'Model'))
  await expect.poll(() => page.locator('.link-hint').textContent()).toMatch(/text.*model|model.*text/i)
  await drop()
  await expect.poll(edges).toBe(6)

  await drag(output('Write the story', 'tokens'), input('Preview', 'Value'))
  await drop()
  await expect.poll(edges).toBe(7)
})

test('Run sends the edited workflow; text streams into the node and the results are shown', async () => {
  const { page, node } = editor
  await node('Topic').getByRole('textbox').fill('space')
  await page.evaluate(() => {
    const lengths: number[] = []
    Object.assign(window, { lengths })
    new MutationObserver(() => {
      const shown = document.querySelector('[data-node-id="story"] [data-output]')?.textContent?.length ?? 0
      if (lengths.at(-1) !== shown) lengths.push(shown)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  const grown = (): Promise<number> =>
    page.evaluate(() => (window as unknown as { lengths: number[] }).lengths.length)
  // The demo model writes a story in a tenth of a second: on a busy machine all of it may come in one redraw.
  for (let seed = 1; seed <= 8 && (await grown()) < 3; seed++) {
    await page.getByLabel('Write the story: Seed', { exact: true }).fill(String(seed))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => node('Story').getAttribute('data-status')).toBe('finished')
  }
  const story = await node('Story').locator('[data-output]').textContent()
  expect(story).toMatch(/star|planet|rocket|moon|space|comet|astronaut/i)
  expect(Number(await node('Preview').locator('[data-output]').textContent())).toBeGreaterThan(10)
  await expect.poll(grown).toBeGreaterThan(2)
})

test('Ctrl+Enter runs while a port has the focus; Enter alone lists what it can be wired to', async () => {
  const { page, node, output } = editor
  await page.getByRole('status').getByText('Completed').waitFor()
  const story = node('Story').locator('[data-output]')
  const before = await story.textContent()
  await node('Topic').getByRole('textbox').fill('the sea')
  await output('Write the story', 'text').focus()
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => page.locator('.node-search').count()).toBe(0)
  await expect.poll(() => story.textContent()).not.toBe(before)
  await output('Write the story', 'text').focus()
  await page.keyboard.press('Enter')
  await page.locator('.node-search').waitFor()
  await page.keyboard.press('Escape')
  await node('Topic').getByRole('textbox').fill('space')
})

test('an error is shown on the node it belongs to, with what to do', async () => {
  const { page, node } = editor
  await node('Save the story').getByRole('textbox', { name: /File/ }).fill('../outside.txt')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const error = node('Save the story').getByRole('alert')
  await error.waitFor()
  await expect.poll(() => error.textContent()).toMatch(/outside the folders/)
  await expect.poll(() => node('Story').getByRole('alert').count()).toBe(0)
})

test('the workflow is saved as JSON, and the file opens as the same graph', async () => {
  const { page, node, scratch } = editor
  await page.getByRole('button', { name: 'More ways to save' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as JSON' }).click(),
  ])
  const file = scratch.path('saved.json')
  await download.saveAs(file)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    format: 'woolgather',
    nodes: { topic: { inputs: { text: 'space' } }, story: { links: { model: ['model', 'model'] } } },
    // What a friend who lacks the model needs to get it.
    requires: {
      models: [{ file: 'demo/storyteller.gguf', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
    },
  })

  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New' }).click()
  await expect.poll(() => page.locator('[data-node-id]').count()).toBe(0)
  await editor.openFile(file)
  await expect.poll(() => page.locator('[data-node-id]').count()).toBe(8)
  await expect.poll(edges).toBe(7)
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('space')
})

test('in a narrow window, too, what is added is seen whole, and the values of a sweep can be typed at once', async () => {
  const { page, node, rest } = editor
  await page.setViewportSize({ width: 900, height: 720 })
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New' }).click()
  await page.getByRole('heading', { name: 'An empty canvas' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('generate')
  await page.keyboard.press('Enter')
  /** What of a node is out of the graph or under the list of nodes, in pixels. */
  const unseen = async (name: string): Promise<number> => {
    await rest()
    const [box, graph, list] = await Promise.all(
      [node(name), page.locator('.graph'), page.locator('.palette')].map((part) => part.boundingBox()),
    )
    if (!box || !graph || !list) throw new Error(`${name} is not on the page`)
    return Math.max(
      0,
      list.x + list.width - box.x,
      box.x + box.width - graph.x - graph.width,
      box.y + box.height - graph.y - graph.height,
    )
  }
  await expect.poll(() => unseen('Generate')).toBe(0)
  const temperature = node('Generate').locator('[data-input=temperature]')
  await temperature.hover()
  await temperature.getByRole('button', { name: /sweep/i }).click()
  await page.waitForFunction(() => document.activeElement?.closest('[data-node-id^=axis]') !== null)
  await page.keyboard.type('0.2, 0.9')
  await expect
    .poll(() =>
      node('Axis')
        .getByRole('textbox', { name: /Values/ })
        .inputValue(),
    )
    .toBe('0.2, 0.9')
  await expect.poll(() => unseen('Axis')).toBe(0)
  expect(await page.locator('.counts').innerText()).toMatch(/^1 selected/)
})
