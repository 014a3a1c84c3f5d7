import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Workflow } from '@woolgather/workflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await editor.page.evaluate(
    await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  )
  await editor.node('Write the story').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const dialog = () => editor.page.locator('dialog[open]')
const button = (name: string) => dialog().getByRole('button', { name, exact: true })
const body = () => dialog().locator('.text-body')
const run = async (): Promise<void> => {
  await editor.page.keyboard.press('Control+Enter')
  await editor.page.locator('.run-summary[data-status=completed]').waitFor()
}

/** What is tried without a page as well, or much like another: in `npm run test:full` only. */
const inFull = test.runIf(process.env['WOOLGATHER_TEST_FULL'] === '1')

async function open(nodes: Record<string, unknown>): Promise<void> {
  const file = editor.scratch.path('reader.json')
  await writeFile(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Reader', nodes }))
  await editor.openFile(file)
}

async function findSerious(): Promise<string[]> {
  return editor.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document.querySelector('dialog[open]')!, {
      resultTypes: ['violations'],
    })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')} ${nodes[0]?.any[0]?.message}`)
  })
}

test('R right after a single run shows its text in the whole window, with its words counted; R and Escape close it', async () => {
  const { page, node } = editor
  await run()
  await page.keyboard.press('r')
  await dialog().waitFor()
  const { width, height } = (await dialog().boundingBox())!
  expect([width, height]).toEqual([1280, 720])
  const story = await node('Story').locator('.result-text').textContent()
  await expect.poll(() => body().textContent()).toBe(story)
  const words = (await dialog().locator('.text-count').textContent()) ?? ''
  expect(words).toMatch(new RegExp(`^\\d+ words · ${story!.length} characters$`))
  await button('Copy').click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(story)
  await expect.poll(findSerious).toEqual([])
  await body().focus()
  await page.keyboard.press('r')
  await dialog().waitFor({ state: 'detached' })
  const atLarge = node('Story').getByRole('button', { name: 'Story: the result at large' })
  await atLarge.click()
  await dialog().waitFor()
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  // The same key on a Russian keyboard.
  await atLarge.click()
  await body().dispatchEvent('keydown', { key: 'к', code: 'KeyR' })
  await dialog().waitFor({ state: 'detached' })
})

const page1 = `# The sea

It is **deep**, and <b onclick="alert(1)">wide</b>.

- one sea
- two [seas](https://example.org) and [none](javascript:alert(1))

| sea | deep |
| --- | ---: |
| red | 3 |

![a picture](https://example.org/p.png)`

const template = (text: string) => ({
  text: {
    type: 'text/template',
    inputs: { template: `${text}{{end}}` },
    links: { end: ['end', 'text'] },
    view: { x: 340, y: 0 },
  },
  end: { type: 'text/text', inputs: { text: '\n\nThe end.' }, view: { x: 0, y: 0 } },
})

test('a text is read as Markdown that fetches and runs nothing, or as it is, and is searched', async () => {
  const { page } = editor
  await open(template(page1))
  await run()
  await page.keyboard.press('r')
  await expect.poll(() => body().getByRole('heading', { name: 'The sea' }).count()).toBe(1)
  expect(await body().locator('strong, li, td, a').allTextContents()).toEqual([
    'deep',
    'one sea',
    expect.stringContaining('two seas'),
    'seas',
    'red',
    '3',
  ])
  expect(await body().locator('b, img, [onclick]').count()).toBe(0)
  expect(await body().textContent()).toContain('<b onclick="alert(1)">wide</b>')
  await expect.poll(findSerious).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(findSerious).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
  await page.keyboard.press('Control+f')
  await page.keyboard.type('SEA')
  await expect.poll(() => dialog().locator('.text-matches').textContent()).toBe('1 of 4')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.press('Shift+Enter')
  await expect.poll(() => dialog().locator('.text-matches').textContent()).toBe('4 of 4')
  await button('Source').click()
  await expect.poll(() => body().textContent()).toBe(`${page1}\n\nThe end.`)
  await page.keyboard.press('Escape')
})

test('what a run changed is shown beside the run before', async () => {
  const { page, node } = editor
  await page.keyboard.press('r')
  await expect.poll(() => button('Differences').isDisabled()).toBe(true)
  await page.keyboard.press('Escape')
  await node('end').getByRole('textbox').fill('\n\nThe start.')
  await page.keyboard.press('Escape')
  await run()
  await expect.poll(() => node('text').locator('.result-text').textContent()).toContain('start')
  await page.keyboard.press('r')
  await button('Differences').click()
  await expect.poll(() => body().locator('del').allTextContents()).toEqual(['end'])
  expect(await body().locator('ins').allTextContents()).toEqual(['start'])
  await page.keyboard.press('Escape')
})

inFull('a cell of a sweep opens in the same window', async () => {
  const { page, node } = editor
  await open({
    axis: { type: 'matrix/axis', inputs: { values: 'red, blue', label: 'Colour' }, view: { x: 0, y: 0 } },
    text: {
      type: 'text/template',
      inputs: { template: 'A {{c}} sea' },
      links: { c: ['axis', 'value'] },
      view: { x: 340, y: 0 },
    },
  })
  await run()
  await node('text').locator('.node-title').click()
  await page.keyboard.press('r')
  await page.getByRole('gridcell').nth(1).click()
  await page.getByRole('button', { name: 'Read', exact: true }).click()
  await expect.poll(() => dialog().getAttribute('aria-label')).toBe('Colour blue')
  await expect.poll(() => body().textContent()).toBe('A blue sea')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Close the results' }).click()
})

test('a long prompt, a template and JSON are written in the same window: found in, undone, and told what is wrong', async () => {
  const { page, node } = editor
  await open({
    text: { type: 'text/text', inputs: { text: 'one two three two' }, view: { x: 0, y: 0 } },
    page: { type: 'text/template', inputs: { template: 'no gap' }, view: { x: 340, y: 0 } },
    schema: {
      type: 'steering/json-schema',
      inputs: { schema: { type: 'string' } },
      view: { x: 680, y: 0 },
    },
  })
  const text = node('text').getByRole('textbox')
  await text.click()
  await page.keyboard.press('Control+e')
  const area = dialog().getByRole('textbox')
  await expect.poll(() => area.inputValue()).toBe('one two three two')
  await expect.poll(() => area.evaluate((field) => field === document.activeElement)).toBe(true)
  await page.keyboard.press('Control+f')
  await page.keyboard.type('two')
  await page.keyboard.press('Enter')
  await page.keyboard.press('F3')
  await expect.poll(() => area.evaluate(({ selectionStart }: HTMLTextAreaElement) => selectionStart)).toBe(14)
  await page.keyboard.type('four')
  await expect.poll(() => text.inputValue()).toBe('one two three four')
  await expect.poll(() => dialog().locator('.text-count').textContent()).toContain('4 words')
  await expect.poll(findSerious).toEqual([])
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })

  await node('page').locator('[data-input=template]').hover()
  await node('page')
    .getByRole('button', { name: /Template: at large/ })
    .click()
  await dialog().getByRole('textbox').fill('a {{gap}}')
  await expect.poll(() => dialog().locator('mark').textContent()).toBe('{{gap}}')
  await page.keyboard.press('Escape')
  await expect
    .poll(() =>
      node('page')
        .getByRole('button', { name: /^Input gap,/ })
        .count(),
    )
    .toBe(1)

  await node('schema')
    .getByRole('button', { name: /Schema: at large/ })
    .click()
  const code = dialog().locator('.cm-content')
  await code.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('{"type": "nothing"}')
  await dialog().getByRole('alert').waitFor()
  expect((await code.boundingBox())!.width).toBeGreaterThan(1000)
  await page.keyboard.press('Escape')
})

test('a node is made taller by its lower edge and by keys; the document keeps it, and undo takes it back', async () => {
  const { page, node } = editor
  await open({ text: { type: 'text/text', inputs: { text: 'short' }, view: { x: 0, y: 0 } } })
  const height = async (): Promise<number> =>
    (await node('text').evaluate((card: HTMLElement) => card.offsetHeight)) ?? 0
  const field = (): Promise<number> =>
    node('text')
      .getByRole('textbox')
      .evaluate((area: HTMLElement) => area.offsetHeight)
  const [before, small] = [await height(), await field()]
  const edge = (await node('text').locator('.node-resize-down').boundingBox())!
  await page.mouse.move(edge.x + 60, edge.y + edge.height / 2)
  await page.mouse.down()
  await page.mouse.move(edge.x + 60, edge.y + edge.height / 2 + 40, { steps: 4 })
  await page.mouse.move(edge.x + 60, edge.y + edge.height / 2 + 120, { steps: 4 })
  await page.mouse.up()
  await editor.rest()
  await expect.poll(height).toBeGreaterThan(before + 60)
  const dragged = await height()
  expect(await field()).toBeGreaterThan(small + 60)
  await node('text').locator('.node-title').click()
  await page.keyboard.press('Alt+PageDown')
  await expect.poll(height).toBe(dragged + 80)
  await page.keyboard.press('Control+z')
  await expect.poll(height).toBe(dragged)
  const saved = await savedWorkflow()
  expect(saved.nodes['text']?.view?.height).toBe(dragged)
  await page.keyboard.press('Control+z')
  await expect.poll(height).toBe(before)
})

async function savedWorkflow(): Promise<Workflow> {
  const { page, scratch } = editor
  await page.getByRole('button', { name: 'More ways to save' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as JSON' }).click(),
  ])
  const file = scratch.path('saved.json')
  await download.saveAs(file)
  return JSON.parse(await readFile(file, 'utf8')) as Workflow
}
