import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleGroups } from '../../apps/server/src/workflows/examples.ts'
import type { Workflow } from '@woolgather/workflow'
import { readFile } from 'node:fs/promises'
import { createScratch, root, type Scratch } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

const all = readdirSync(path.join(root, 'workflows')).filter((file) => file.endsWith('.json'))

/** What looks like no other: a loop, code, nodes in nodes, a messages input, a table, ten nodes with axes. */
const few = ['agent', 'mergekit', 'subgraphs', 'chat-endpoint', 'rows-of-a-table', 'merge-sweep']
const examples = process.env['WOOLGATHER_TEST_FULL'] === '1' ? all : few.map((id) => `${id}.json`)

let editor: Editor
let shout: Scratch
const errors: string[] = []

beforeAll(async () => {
  shout = await writeShout()
  editor = await openEditor({ nodes: [shout.path('')] })
  editor.page.on('pageerror', (error) => errors.push(error.message))
  editor.page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
})
afterAll(async () => {
  await editor?.[Symbol.asyncDispose]()
  await shout?.[Symbol.asyncDispose]()
})

/** The package of nodes that docs/custom-nodes.md shows whole, as it stands there. */
async function writeShout(): Promise<Scratch> {
  const page = await readFile(path.join(root, 'docs/custom-nodes.md'), 'utf8')
  const block = (language: string): string => page.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? ''
  const scratch = await createScratch()
  await scratch.write('package.json', block('json'))
  await scratch.write('index.js', block('js'))
  return scratch
}

/** What a graph looks like, once all of it is drawn. */
async function look(): Promise<{ nodes: string[]; links: number; marked: string[]; covered: string[] }> {
  return editor.page.evaluate(() => {
    const cards = [...document.querySelectorAll<HTMLElement>('[data-node-id]')]
    const nameOf = (card: HTMLElement): string => card.dataset['nodeId'] ?? ''
    const covers = (one: DOMRect, other: DOMRect): boolean =>
      one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
    const boxes = cards.map((card) => ({ name: nameOf(card), box: card.getBoundingClientRect() }))
    const isMarked = (card: HTMLElement): boolean =>
      card.dataset['unknown'] !== undefined ||
      card.querySelector('.node-message, .field-problem, .field-warning, [data-missing], .missing') !== null
    return {
      nodes: boxes.filter(({ box }) => box.width * box.height > 0).map(({ name }) => name),
      links: document.querySelectorAll('.react-flow__edge path.react-flow__edge-path').length,
      marked: cards.filter(isMarked).map(nameOf),
      covered: boxes.flatMap((one, at) =>
        boxes
          .slice(at + 1)
          .filter((other) => covers(one.box, other.box))
          .map((other) => `${one.name} and ${other.name}`),
      ),
    }
  })
}

test('the menu has the examples by what they are about, and opens one', async () => {
  const { page } = editor
  await editor.node('Write the story').waitFor()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  const groups = page.getByRole('menu').getByRole('group', { name: /^Examples: / })
  const shown = await groups.evaluateAll((found) => found.map((group) => group.getAttribute('aria-label')))
  expect(shown).toEqual(exampleGroups.map(({ name }) => `Examples: ${name}`))
  const counts = await groups.evaluateAll((found) =>
    found.map((group) => group.querySelectorAll('[role=menuitem]').length),
  )
  expect(counts).toEqual(exampleGroups.map((group) => Object.keys(group.examples).length))
  await groups.last().getByRole('menuitem').first().click()
  await editor.node('Column “topic”').waitFor()
})

test('a node that something is wrong with, or that another covers, is seen to be', async () => {
  const text = { type: 'text/text', view: { x: 0, y: 0 } }
  const { openFile, scratch } = editor
  await openFile(await scratch.writeWorkflow({ one: { ...text, inputs: { text: 1 } }, other: text }))
  await expect.poll(async () => (await look()).marked).toEqual(['one'])
  expect((await look()).covered).toEqual(['one and other'])
})

test.each(examples)(
  '%s opens with all its nodes side by side, every link, and nothing to complain of',
  async (file) => {
    const { nodes } = JSON.parse(await readFile(path.join(root, 'workflows', file), 'utf8')) as Workflow
    await editor.openFile(path.join(root, 'workflows', file))
    const links = Object.values(nodes).flatMap((node) =>
      Object.values(node.links ?? {}).flatMap((link) => (Array.isArray(link[0]) ? link : [link])),
    )
    await expect.poll(async () => (await look()).links).toBe(links.length)
    await editor.page.locator('.problems-button[aria-busy=false]').first().waitFor()
    expect(await editor.page.locator('.problems-button').allInnerTexts()).toEqual(['No problems'])
    const seen = await look()
    expect(seen.nodes.toSorted()).toEqual(Object.keys(nodes).toSorted())
    expect({ marked: seen.marked, covered: seen.covered, errors }).toEqual({
      marked: [],
      covered: [],
      errors: [],
    })
  },
)

test('a result has the room there is above the node below, and scrolls in it', async () => {
  const { page, node, openFile, scratch } = editor
  const long = { type: 'text/text', inputs: { text: 'a line\n'.repeat(60) }, view: { x: 0, y: 0 } }
  const preview = { type: 'output/preview', links: { value: ['text', 'text'] as [string, string] } }
  const nodes = {
    text: long,
    above: { ...preview, view: { x: 400, y: 0 } },
    below: { ...preview, view: { x: 420, y: 200 } },
  }
  await openFile(await scratch.writeWorkflow(nodes))
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  const heightOf = (name: string): Promise<number> =>
    node(name)
      .locator('.result-text')
      .evaluate((box) => box.clientHeight)
  await expect.poll(() => heightOf('above')).toBeLessThan(200)
  expect((await look()).covered).toEqual([])
  expect(await heightOf('below')).toBeGreaterThan(200)
})

test('R shows the results of the sweep where nothing is selected, or what has none to compare', async () => {
  const { page, node, openFile, scratch } = editor
  const link = (from: string, output: string): [string, string] => [from, output]
  const nodes = {
    axis: { type: 'matrix/axis', inputs: { values: 'a, b, c' }, view: { x: 0, y: 0 } },
    words: {
      type: 'text/template',
      inputs: { template: 'letter {{letter}}' },
      links: { letter: link('axis', 'value') },
      view: { x: 400, y: 0 },
    },
    grid: { type: 'matrix/grid', links: { values: link('words', 'text') }, view: { x: 800, y: 0 } },
  }
  await openFile(await scratch.writeWorkflow(nodes))
  await page.keyboard.press('r')
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  const panel = page.getByRole('region', { name: 'Results of Grid' })
  expect(await panel.count()).toBe(0)
  for (const select of [
    () => page.keyboard.press('Escape'),
    () => node('axis').click({ position: { x: 120, y: 12 } }),
  ]) {
    await select()
    await page.keyboard.press('r')
    await expect.poll(() => panel.getByRole('gridcell').count()).toBe(3)
    await page.keyboard.press('r')
    await panel.waitFor({ state: 'detached' })
  }
})

test('the node of docs/custom-nodes.md is found by its name, runs, and shows what it made with nothing linked to it', async () => {
  const { page, node } = editor
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New' }).click()
  await page.getByRole('heading', { name: 'An empty canvas' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('shout')
  await page.getByRole('option', { name: /^Shout/ }).waitFor()
  await page.keyboard.press('Enter')
  await node('Shout').getByRole('textbox', { name: /Text/ }).fill('hello')
  await node('Shout').getByLabel('Shout: Marks', { exact: true }).fill('3')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => node('Shout').locator('[data-output]').textContent()).toMatch(/^HELLO!!!/)
})
