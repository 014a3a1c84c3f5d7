import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeGatedSweep } from './gated-sweep.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor({ nodes: ['tests/fixtures/gate'] })
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const run = async (): Promise<void> => {
  await editor.page.getByRole('button', { name: 'Run', exact: true }).click()
  await editor.page.locator('.run-summary[data-status=completed]').waitFor()
}
const panel = () => editor.page.getByRole('complementary', { name: 'Runs' })
const items = () => panel().locator('.run-name').allInnerTexts()
const open = (name: string) => panel().getByRole('button', { name: new RegExp(name) })

test('the history lists runs, newest first, and two of them are compared: graph and words', async () => {
  const { page, node } = editor
  await run()
  await node('Topic').getByRole('textbox').fill('space')
  await run()
  await page.getByRole('button', { name: 'Runs', exact: true }).click()
  await expect.poll(items).toEqual(['First story', 'First story'])
  await panel().getByRole('button', { name: 'Compare run #1' }).click()
  await panel().getByText('Choose the run to compare #1 with.').waitFor()
  await panel().getByRole('button', { name: 'Compare run #2' }).click()
  const dialog = page.getByRole('dialog', { name: 'What changed between two runs' })
  const graph = dialog.getByRole('region', { name: 'Changes of the workflow' }).getByRole('listitem')
  await expect.poll(() => graph.count()).toBe(1)
  await expect.poll(() => graph.innerText()).toMatch(/Topic topic[\s\S]*text the sea space/)
  const results = dialog.getByRole('region', { name: 'Changes of the results' })
  // Which of the two depends on how much the stories share, and processors round them differently.
  await expect.poll(() => results.locator('ins, .result-beside').count()).toBeGreaterThan(0)
  await results.getByRole('button', { name: 'Side by side' }).click()
  await expect.poll(() => results.locator('.result-beside').first().locator('div').count()).toBe(2)
  await dialog.getByRole('button', { name: 'Close' }).click()
})

test('a past run opens as it was, its inputs and its texts, in a tab of its own', async () => {
  const { page, node } = editor
  await open('First story').last().click()
  await expect.poll(() => node('Topic').getByRole('textbox').inputValue()).toBe('the sea')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect
    .poll(() => node('Story').locator('[data-output]').textContent())
    .toMatch(/mermaid|beach|boat|sea|waves|sail/i)
  await expect.poll(() => page.locator('.tab-name').count()).toBe(2)
})

test('while the queue is paused a run waits, is put first, cancelled, and the queue goes on', async () => {
  const { page } = editor
  await panel().getByRole('button', { name: 'Pause' }).click()
  await panel()
    .getByText(/Paused: nothing more is begun/)
    .waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=queued]').waitFor()
  await panel().getByText('Waiting, 1').waitFor()
  await panel().getByRole('button', { name: 'Cancel First story' }).click()
  await page.locator('.run-summary[data-status=cancelled]').waitFor()
  await panel().getByRole('button', { name: 'Resume' }).click()
  await expect
    .poll(() =>
      panel()
        .getByText(/Paused/)
        .count(),
    )
    .toBe(0)
  await panel().getByRole('button', { name: 'Close the runs' }).click()
})

test('a reload in the middle of a run: it goes on, and the editor catches up to its end', async () => {
  const { page, scratch } = editor
  const { file, letThrough } = writeGatedSweep(scratch, 40)
  letThrough(10)
  await editor.openFile(file)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=running]').waitFor()
  await page.waitForFunction(() =>
    Object.entries(localStorage).some(([key, text]) => {
      if (!key.includes('autosave')) return false
      const { tabs, front } = JSON.parse(text) as { tabs: { run?: string }[]; front: number }
      return tabs[front]?.run !== undefined
    }),
  )
  await page.reload()
  await page.locator('.run-summary[data-status=running]').waitFor()
  letThrough(40)
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await editor
    .node('grid')
    .getByRole('button', { name: /40 cells|open all results/ })
    .first()
    .waitFor()
})

test('a worker killed in the middle of a run comes back, and the run completes with every cell', async () => {
  const { page, node, scratch, workerPid } = editor
  const { file, letThrough } = writeGatedSweep(scratch, 40, 'Tell me a sad story about space.')
  letThrough(10)
  await editor.openFile(file)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await node('story').locator('[data-output]').waitFor()
  const killed = await workerPid()
  process.kill(killed, 'SIGKILL')
  await expect.poll(workerPid).not.toBe(killed)
  letThrough(40)
  await page.locator('.run-summary[data-status=completed]').waitFor()
  expect([0, killed]).not.toContain(await workerPid())
  await editor.showAll()
  await node('grid')
    .getByRole('button', { name: /open all results/ })
    .click()
  await expect.poll(() => page.locator('.results-counts').innerText()).toMatch(/^40 cells( · \d+ cached)?$/)
})

test('a cell of the grid is run again: it says so, and the others come from the cache', async () => {
  const { page } = editor
  // What the killed worker had told and not yet written down is computed once more here.
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect.poll(() => page.locator('.results-counts').innerText()).toMatch(/^40 cells · [3-4]\d cached$/)
  await page.getByRole('gridcell').nth(2).click()
  const details = page.getByRole('complementary', { name: 'The chosen cell' })
  await details.getByRole('button', { name: 'Run again' }).click()
  await expect.poll(() => details.innerText()).toMatch(/asked to run again/)
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect.poll(() => page.locator('.results-counts').innerText()).toBe('40 cells · 39 cached')
})

test('the grid is exported as one web page with a row for each line of the grid', async () => {
  const { page, scratch } = editor
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Web page (HTML)' }).click(),
  ])
  const file = scratch.path('grid.html')
  await download.saveAs(file)
  const html = await readFile(file, 'utf8')
  expect(html.match(/<tr>/g)).toHaveLength(41)
  expect(html).not.toMatch(/<(script(?! type="application\/json")|link|img)/)
  await page.getByRole('button', { name: 'Close the results' }).click()
})

test('token probabilities colour the text, and a token shows what could have stood there', async () => {
  const { page, node } = editor
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Token probabilities' }).click()
  await node('show').waitFor()
  await run()
  const tokens = node('show').locator('.token')
  await expect.poll(() => tokens.count()).toBe(40)
  await tokens.nth(4).hover()
  const chances = node('show').locator('.token-facts li')
  await expect.poll(() => chances.count()).toBeGreaterThanOrEqual(3)
  await expect.poll(() => chances.first().innerText()).toMatch(/\d%/)
  await node('story').getByRole('button', { name: 'How likely each token was' }).click()
  await expect.poll(() => node('story').locator('.token').count()).toBe(40)
})

test('inside a subgraph a cell is run again as well, and only that one', async () => {
  const { page, scratch, node } = editor
  const file = scratch.path('inside.json')
  const stories = {
    name: 'Stories',
    inputs: [],
    outputs: [{ name: 'text', type: 'text', from: ['story', 'text'] }],
    nodes: {
      model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
      seeds: { type: 'matrix/axis', inputs: { values: [1, 2, 3] } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Tell me a happy story about space.', maxTokens: 40 },
        links: { model: ['model', 'model'], seed: ['seeds', 'value'] },
      },
    },
  }
  const nodes = {
    tell: { type: 'subgraph/stories' },
    grid: { type: 'matrix/grid', links: { values: ['tell', 'text'] } },
  }
  const workflow = { format: 'woolgather', version: 1, name: 'Stories inside', nodes, subgraphs: { stories } }
  await writeFile(file, JSON.stringify(workflow))
  await editor.openFile(file)
  await node('tell')
    .getByRole('button', { name: /Open the subgraph/ })
    .click()
  await node('story').waitFor()
  await run()
  await editor.showAll()
  await node('story')
    .getByRole('button', { name: /open all results/ })
    .click()
  await page.getByRole('gridcell').nth(1).click()
  const details = page.getByRole('complementary', { name: 'The chosen cell' })
  await details.getByRole('button', { name: 'Run again' }).click()
  await expect.poll(() => details.innerText()).toMatch(/asked to run again/)
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect.poll(() => page.locator('.results-counts').innerText()).toBe('3 cells · 2 cached')
})

test('a run is forgotten with a second press, and no sooner', async () => {
  const { page } = editor
  if (!(await panel().isVisible())) await page.getByRole('button', { name: 'Runs', exact: true }).click()
  const button = (name: string) => panel().getByRole('button', { name, exact: true })
  await button('Forget run #2').click()
  await button('Forget run #1').click()
  await button('Press again to forget run #1 for good').click()
  await expect.poll(() => button('Compare run #1').count()).toBe(0)
  expect(await button('Compare run #2').count()).toBe(1)
})
