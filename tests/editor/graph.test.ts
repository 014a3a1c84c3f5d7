import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await editor.node('Write the story').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const edges = (): Promise<number> => editor.page.locator('.react-flow__edge').count()
const ids = (): Promise<string[]> =>
  editor.page.locator('[data-node-id]').evaluateAll((all) => all.map((one) => one.dataset['nodeId'] ?? ''))
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await editor.page.keyboard.press(key)
}

/** Selects nodes by their headers, and nothing else. */
async function select(...names: string[]): Promise<void> {
  await press('Escape')
  for (const [at, name] of names.entries())
    await editor
      .node(name)
      .locator('.node-title')
      .click(at === 0 ? {} : { modifiers: ['Control'] })
}

async function run(): Promise<void> {
  await press('Control+Enter')
  await editor.page.locator('.run-summary[data-status=completed]').waitFor()
}

/** The workflow as it would be saved: what is copied with everything selected. */
async function readWorkflow(): Promise<Workflow> {
  const { page } = editor
  await page.getByRole('button', { name: 'More ways to save' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as JSON' }).click(),
  ])
  const file = editor.scratch.path(`saved-${Date.now()}.json`)
  await download.saveAs(file)
  return JSON.parse(await readFile(file, 'utf8')) as Workflow
}

const openExample = (name: string): Promise<void> =>
  editor.openFile(path.join(root, 'workflows', `${name}.json`))

test('a selection becomes a subgraph: one node, with what it reads and gives', async () => {
  const { page, node } = editor
  await run()
  await select('Write the story', 'Model')
  await press('Control+Shift+g')
  await node('Subgraph').waitFor()
  await expect
    .poll(async () => (await ids()).sort())
    .toEqual(['mood', 'prompt', 'save', 'show', 'subgraph', 'topic'])
  await expect.poll(edges).toBe(5)
  await expect.poll(() => node('Subgraph').locator('.port-row.out').allInnerTexts()).toEqual(['text'])
  await expect.poll(() => page.getByText('No problems').count()).toBe(1)
})

test('it is entered, its inner nodes run with the whole, and it is left by the breadcrumb', async () => {
  const { page, node } = editor
  await node('Subgraph').getByRole('button', { name: 'Open the subgraph Subgraph' }).click()
  await node('Write the story').waitFor()
  await expect.poll(async () => (await ids()).sort()).toEqual(['$in', '$out', 'model', 'story'])
  await expect.poll(edges).toBe(3)
  await node('Write the story').getByLabel('Write the story: Seed', { exact: true }).fill('11')
  await run()
  await expect
    .poll(() => node('Write the story').locator('[data-output]').textContent())
    .toMatch(/\w+ \w+ \w+/)
  const inside = await node('Write the story').locator('[data-output]').textContent()
  await page
    .getByRole('navigation', { name: 'Subgraphs entered' })
    .getByRole('button', { name: 'First story' })
    .click()
  await node('Story').waitFor()
  await expect.poll(() => node('Story').locator('[data-output]').textContent()).toBe(inside)
  await expect.poll(() => node('Subgraph').getAttribute('data-status')).toBe('finished')
})

test('inside, an input is added by a link, renamed, and set outside', async () => {
  const { page, node, output, input, drag, drop } = editor
  await select('Subgraph')
  await press('o')
  await node('Write the story').waitFor()
  const typed = await node('Write the story').locator('[data-input=maxTokens] input').first().inputValue()
  expect(Number(typed)).toBeGreaterThan(5)
  await drag(output('$in', 'new input'), input('Write the story', 'Max tokens'))
  await drop()
  const name = page.getByRole('textbox', { name: 'Name of the input maxTokens' })
  await name.fill('length')
  await name.press('Enter')
  await press('Shift+o')
  await node('Subgraph').waitFor()
  const length = node('Subgraph').getByLabel('Subgraph: length', { exact: true })
  await expect.poll(() => length.inputValue()).toBe(typed)
  await length.fill('5')
  await run()
  const { nodes, subgraphs } = await readWorkflow()
  expect(nodes['subgraph']).toMatchObject({ inputs: { length: 5 } })
  expect(subgraphs?.['subgraph']).toMatchObject({
    inputs: [{ name: 'prompt' }, { name: 'length', type: 'integer' }],
    nodes: { story: { links: { maxTokens: ['$in', 'length'] } } },
  })
  const story = await node('Story').locator('[data-output]').textContent()
  expect(story?.split(/\s+/).length).toBeLessThan(8)
})

test('copied text brings a node and its subgraph to another place, and unpacking gives its nodes back', async () => {
  const { page, node } = editor
  await select('Subgraph')
  await press('Control+c')
  await page.locator('.react-flow__pane').hover({ position: { x: 500, y: 560 } })
  await press('Control+v')
  await node('subgraph-2').waitFor()
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as Workflow
  expect([Object.keys(copied.nodes), Object.keys(copied.subgraphs ?? {})]).toEqual([
    ['subgraph'],
    ['subgraph'],
  ])
  await press('Delete')
  await select('Subgraph')
  await press('u')
  await node('Write the story').waitFor()
  const { nodes, subgraphs } = await readWorkflow()
  expect(subgraphs).toBeUndefined()
  expect(nodes['story']).toMatchObject({
    inputs: { maxTokens: 5, seed: 11 },
    links: { model: ['model', 'model'], prompt: ['prompt', 'text'] },
  })
})

test('a node is inserted on a link from its menu, and another by dropping it there', async () => {
  const { page, node } = editor
  const link = page.getByLabel('Link from Topic to Template: text to topic')
  await link.focus()
  await press('Enter', 'i')
  await page.keyboard.type('replace')
  await press('Enter')
  await node('replace').waitFor()
  await press('Escape')
  const between = page.getByLabel('Link from Mood to Template')
  await press('/')
  await page.keyboard.type('join texts')
  await press('Enter')
  await node('join').waitFor()
  await editor.showAll()
  const header = await node('join').locator('.node-header').boundingBox()
  const way = await between.locator('.react-flow__edge-path').evaluate((path: SVGPathElement) => {
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2)
    const matrix = path.getScreenCTM()!
    return { x: x * matrix.a + matrix.e, y: y * matrix.d + matrix.f }
  })
  if (!header) throw new Error('the new node is not on the page')
  await page.mouse.move(header.x + 60, header.y + 8)
  await page.mouse.down()
  await page.mouse.move(way.x, way.y, { steps: 8 })
  await expect.poll(() => page.locator('.react-flow__edge.taking').count()).toBe(1)
  await page.mouse.up()
  const { nodes } = await readWorkflow()
  expect(nodes['prompt']?.links).toEqual({ mood: ['join', 'text'], topic: ['replace', 'text'] })
  expect(nodes['replace']?.links).toEqual({ text: ['topic', 'text'] })
  expect(Object.values(nodes['join']?.links ?? {}).flat(2)).toEqual(['mood', 'text'])
})

test('a link is led through a point, which the arrows move; the point goes with the link', async () => {
  const { page } = editor
  await page.getByLabel('Link from Model to Write the story').focus()
  await press('Enter', '.')
  const point = page.getByRole('button', { name: /^Point 1 of the link/ })
  await point.focus()
  const before = Number(await point.getAttribute('cy'))
  await press('ArrowDown', 'ArrowDown')
  await expect.poll(async () => Number(await point.getAttribute('cy'))).toBe(before + 16)
  await page.getByLabel('Link from Model to Write the story').focus()
  await press('Enter', 'Delete')
  await expect.poll(() => page.getByRole('button', { name: /^Point 1/ }).count()).toBe(0)
  await press('Control+z')
  await expect.poll(() => page.getByRole('button', { name: /^Point 1/ }).count()).toBe(1)
})

test('colour, pin, fold, note and frame are kept in the workflow and reach no run', async () => {
  const { page, node } = editor
  await editor.showAll()
  await select('Topic')
  await node('Topic').locator('.node-title').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Colour: green' }).click()
  await press('p', 'c', 'Control+g')
  await page.locator('.react-flow__pane').hover({ position: { x: 900, y: 40 } })
  await press('Escape', 'Shift+n')
  await page.getByLabel('Text of the note Note').fill('Read me first')
  const { nodes, groups } = await readWorkflow()
  expect(nodes['topic']?.view).toMatchObject({ color: 'green', pinned: true, collapsed: true })
  expect(groups?.map(({ title, text }) => ({ title, text }))).toEqual([
    { title: 'Group', text: undefined },
    { title: 'Note', text: 'Read me first' },
  ])
  const before = await node('Topic').boundingBox()
  await press('Escape', 'l')
  await expect
    .poll(async () => (await readWorkflow()).nodes['story']?.view?.x)
    .not.toBe(nodes['story']?.view?.x)
  await expect.poll(async () => (await readWorkflow()).nodes['topic']?.view).toEqual(nodes['topic']?.view)
  await expect.poll(() => node('Topic').boundingBox()).toEqual(before)
})

test('selected nodes are aligned and distributed', async () => {
  await openExample('first-story')
  await select('Model', 'Template', 'Topic')
  await press('Alt+a')
  const columns = async (): Promise<unknown> => {
    const { nodes } = await readWorkflow()
    return new Set(['model', 'prompt', 'topic'].map((id) => nodes[id]?.view?.x)).size
  }
  await expect.poll(columns).toBe(1)
  await press('Control+z')
  await expect.poll(columns).not.toBe(1)
  await press('Control+Shift+z')
  await expect.poll(columns).toBe(1)
  await press('Alt+Shift+v')
  const unevenness = async (): Promise<number> => {
    const boxes = await Promise.all(
      ['Model', 'Template', 'Topic'].map((name) => editor.node(name).boundingBox()),
    )
    const sorted = boxes.flatMap((box) => box ?? []).sort((a, b) => a.y - b.y)
    const gaps = sorted.slice(1).map((box, at) => box.y - sorted[at]!.y - sorted[at]!.height)
    return Math.abs(gaps[0]! - gaps[1]!)
  }
  await expect.poll(unevenness).toBeLessThan(2)
})

test('the list of commands says why one cannot be used', async () => {
  const { page } = editor
  await press('Escape', 'Control+k')
  await page.keyboard.type('align left')
  const choice = page.getByRole('option', { name: 'Align left', disabled: true })
  await expect.poll(() => choice.innerText()).toContain('Select 2 nodes first')
  await press('Enter')
  await choice.waitFor()
  await press('Escape')
})

test('a loop is drawn as a region, and its iterations are shown after a run', async () => {
  const { page } = editor
  await openExample('loopback')
  await page.locator('.loop-region').first().waitFor()
  await run()
  await expect.poll(() => page.locator('.loop-region').count()).toBe(1)
  await expect
    .poll(() => page.locator('[data-status=finished], [data-status=cached]').count())
    .toBeGreaterThan(3)
})

test('what goes wrong inside a subgraph is told at its node, and the list of problems leads there', async () => {
  const { page, node } = editor
  await openExample('subgraphs')
  const user = page.locator('[data-node-id]:has([aria-label^="Open the subgraph"])').first()
  await user.waitFor()
  await user.getByRole('button', { name: /Open the subgraph/ }).click()
  await node('$in').waitFor()
  const inner = (await ids()).find((id) => !id.startsWith('$')) ?? ''
  const first = page.locator('.react-flow__edge').first()
  await first.focus()
  await press('Enter', 'Delete')
  await press('Escape', 'Shift+o')
  await page.getByRole('button', { name: /problem/ }).click()
  await page.locator('.problem-item').first().click()
  await page.getByRole('navigation', { name: 'Subgraphs entered' }).waitFor()
  await expect.poll(ids).toContain(inner)
})

test('a large graph is sketched with all its links; at a node that is gone to, what is seen is drawn in full, and nothing else', async () => {
  const { page, node, scratch } = editor
  const nodes = Array.from({ length: 40 }, (_, at) => [
    [`text-${at}`, { type: 'text/text', inputs: { text: `${at}` }, view: { x: 0, y: at * 400 } }],
    [
      `show-${at}`,
      { type: 'output/preview', links: { value: [`text-${at}`, 'text'] }, view: { x: 400, y: at * 400 } },
    ],
  ])
  const file = scratch.path('large.json')
  const large = { format: 'woolgather', version: 1, name: 'Large', nodes: Object.fromEntries(nodes.flat()) }
  await writeFile(file, JSON.stringify(large))
  await editor.openFile(file)
  await expect.poll(() => page.locator('[data-node-id]').count()).toBe(80)
  await expect.poll(() => page.locator('.node-sketch').count()).toBe(80)
  await expect.poll(edges).toBe(40)
  await press('Control+f')
  await page.keyboard.type('text-39')
  await press('Enter')
  await expect
    .poll(() => node('text-39').getByRole('textbox', { name: 'Text: Text' }).inputValue())
    .toBe('39')
  await page.locator('.react-flow__edge[data-id*="show-39"]').waitFor({ state: 'attached' })
  await expect.poll(edges).toBeLessThan(10)
  await expect.poll(() => page.locator('.node-sketch').count()).toBe(0)
})
