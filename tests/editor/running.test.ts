import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeGatedSweep } from './gated-sweep.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor({ nodes: ['tests/fixtures/gate'] })
  await editor.node('Topic').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

/** What is tried without a page as well, or much like another: in `npm run test:full` only. */
const inFull = test.runIf(process.env['WOOLGATHER_TEST_FULL'] === '1')

async function open(nodes: Record<string, unknown>): Promise<void> {
  const file = editor.scratch.path('running.json')
  await writeFile(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Running', nodes }))
  await editor.openFile(file)
}
const button = (name: string) => editor.page.getByRole('button', { name, exact: true })
const completed = () => editor.page.locator('.run-summary[data-status=completed]')
const statusOf = (node: string) => editor.node(node).getAttribute('data-status')

/*
   a ──► b ──► c        d
*/
const texts = {
  a: { type: 'text/text', inputs: { text: 'one' }, view: { x: 0, y: 0 } },
  b: {
    type: 'text/template',
    inputs: { template: '{{a}} and two' },
    links: { a: ['a', 'text'] },
    view: { x: 340, y: 0 },
  },
  c: {
    type: 'text/template',
    inputs: { template: '{{b}} and three' },
    links: { b: ['b', 'text'] },
    view: { x: 680, y: 0 },
  },
  d: { type: 'text/text', inputs: { text: 'alone' }, view: { x: 0, y: 300 } },
}

test('while it runs, the button beside Cancel and Ctrl+Enter put another run behind it', async () => {
  const { page, scratch } = editor
  const { file, letThrough } = writeGatedSweep(scratch, 3)
  await editor.openFile(file)
  await button('Run').click()
  await page.locator('.run-summary[data-status=running]').waitFor()
  await expect.poll(() => button('Cancel').count()).toBe(1)
  await button('Run').click()
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-waiting', { hasText: '2 waiting' }).waitFor()
  await page.reload()
  await page.locator('.run-waiting', { hasText: '2 waiting' }).waitFor()
  letThrough(3)
  await completed().waitFor()
  await expect.poll(() => page.locator('.run-waiting').count()).toBe(0)
  const ends = await page.evaluate(async () => {
    const { runs } = (await (await fetch('/api/runs')).json()) as { runs: { status: string }[] }
    return runs.map(({ status }) => status)
  })
  expect(ends).toEqual(['completed', 'completed', 'completed'])
})

test('run to here runs what is needed for it; run this node computes it anew, both from its menu', async () => {
  const { page, node } = editor
  await open(texts)
  await node('b').locator('.node-title').click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Run to here/ }).click()
  await completed().waitFor()
  await expect
    .poll(() => Promise.all(['a', 'b', 'c', 'd'].map(statusOf)))
    .toEqual(['finished', 'finished', null, null])
  await node('c').locator('.node-title').click()
  await page.keyboard.press('Control+Shift+Enter')
  await expect
    .poll(() => Promise.all(['a', 'b', 'c', 'd'].map(statusOf)))
    .toEqual(['cached', 'cached', 'finished', null])
  await node('b').locator('.node-title').click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Run this node/ }).click()
  await expect.poll(() => Promise.all(['a', 'b'].map(statusOf))).toEqual(['cached', 'finished'])
  expect(await node('c').getAttribute('data-status')).toBe('finished')
})

inFull('what is wrong elsewhere does not keep a node from being run to; a muted one cannot be', async () => {
  const { page, node } = editor
  await open({
    ...texts,
    wrong: { type: 'text/template', inputs: { template: '{{gap}}' }, view: { x: 340, y: 300 } },
  })
  await node('b').locator('.node-title').click()
  await page.keyboard.press('Control+Enter')
  await editor.told('Not run')
  await page.keyboard.press('Control+Shift+Enter')
  await completed().waitFor()
  await expect.poll(() => statusOf('b')).not.toBe(null)
  await page.keyboard.press('Control+m')
  await node('b').locator('.node-title').click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Mute/ }).waitFor()
  expect(await page.getByRole('menuitem', { name: /^Run to here/ }).count()).toBe(0)
  await page.keyboard.press('Escape')
})

test('what needs a muted node is grey and says why, to the end of the path; the rest runs, and the run completes', async () => {
  const { page, node } = editor
  await open(texts)
  await node('a').locator('.node-title').click()
  await page.keyboard.press('Control+m')
  await page.keyboard.press('Control+Enter')
  await completed().waitFor()
  await expect
    .poll(() => Promise.all(['b', 'c', 'd'].map(statusOf)))
    .toEqual(['skipped', 'skipped', 'finished'])
  for (const id of ['b', 'c'])
    await expect.poll(() => node(id).textContent()).toMatch(/gets nothing: .*is muted/)
  await page.keyboard.press('Control+m')
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => statusOf('c')).toMatch(/cached|finished/)
})

test('several runs are asked for at once; a seed that counts moves on by one with each, one that is kept stays', async () => {
  const { page, node } = editor
  const writer = (seed: number, y: number) => ({
    type: 'generation/generate',
    inputs: { prompt: 'Once', maxTokens: 3, seed },
    links: { model: ['model', 'model'] },
    view: { x: 340, y },
  })
  await open({
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' }, view: { x: 0, y: 0 } },
    counts: writer(41, 0),
    kept: writer(7, 700),
  })
  const seed = (id: string) => node(id).getByRole('spinbutton', { name: /: Seed$/ })
  await node('counts')
    .getByRole('button', { name: /counts with each run/ })
    .click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+r')
  const ways = page.getByRole('dialog', { name: 'Ways to run' })
  await ways.getByLabel('Times').fill('1000')
  expect(await ways.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true)
  await ways.getByLabel('Times').fill('3')
  await ways.getByLabel('Times').press('Enter')
  await expect.poll(() => seed('counts').inputValue()).toBe('43')
  expect(await seed('kept').inputValue()).toBe('7')
  await completed().waitFor()
  await expect.poll(() => page.locator('.run-waiting').count()).toBe(0)
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => seed('counts').inputValue()).toBe('44')
  await completed().waitFor()
  await page.keyboard.press('Control+z')
  await expect.poll(() => seed('counts').inputValue()).toBe('43')
})

inFull('run on change runs after what is typed rests, and no more once it is off', async () => {
  const { page, node } = editor
  await open({ a: texts.a, b: texts.b })
  await button('Ways to run').click()
  await page.getByRole('checkbox', { name: 'Run on change' }).check()
  await page.keyboard.press('Escape')
  await node('a').getByRole('textbox').fill('changed')
  await expect.poll(() => node('b').locator('[data-output]').textContent()).toContain('changed and two')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Run on change')
  await page.keyboard.press('Enter')
  await editor.told('Runs when it is told to')
})

test('what can end early draws how it goes, has a button that ends it, and says on the node what it warns of', async () => {
  const { node } = editor
  await open({ long: { type: 'test/enough', view: { x: 0, y: 0, title: 'Long' } } })
  await button('Run').click()
  await node('Long').locator('.chart .line-mark').waitFor()
  await button('Take what there is').click()
  await completed().waitFor()
  await expect.poll(() => button('Take what there is').count()).toBe(0)
  await node('Long').getByText('It was enough.').waitFor()
  await expect
    .poll(() => node('Long').locator('.node-message.problem p').allTextContents())
    .toEqual(['It went on for long.', 'The base is another.', 'Train again.'])
})

/*
   model ──► lines
*/
test('a dataset shows what is learnt of it as shading, on the node and at large', async () => {
  const { page, node } = editor
  const row = { prompt: 'Who are you? ', completion: 'A fox.' }
  await open({
    m: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' }, view: { x: 0, y: 0 } },
    lines: {
      type: 'lora/dataset',
      inputs: { text: JSON.stringify(row) },
      links: { model: ['m', 'model'] },
      view: { x: 360, y: 0, title: 'Lines' },
    },
  })
  await button('Run').click()
  await completed().waitFor()
  const marks = node('Lines').locator('.learnt-words mark')
  await expect.poll(() => marks.allTextContents()).toEqual([expect.stringMatching(/A fox\./)])
  await node('Lines').getByRole('button', { name: 'Lines: the result at large' }).click()
  const reader = page.getByRole('dialog', { name: 'Lines' })
  await expect.poll(() => reader.locator('mark[title=Learnt]').allTextContents()).toHaveLength(1)
  await reader.getByRole('button', { name: 'Source' }).click()
  await reader.getByText('⟦').waitFor()
  await page.keyboard.press('Escape')
  await reader.waitFor({ state: 'detached' })
})

test('what a training takes in memory stands on the node before it runs, and goes with what is typed', async () => {
  const { node } = editor
  await open({
    m: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' }, view: { x: 0, y: 0 } },
    learn: {
      type: 'lora/train',
      links: { model: ['m', 'model'] },
      view: { x: 360, y: 0, title: 'Learn' },
    },
  })
  const told = node('Learn').locator('.training-memory')
  await expect.poll(() => told.textContent()).toMatch(/computing 4 examples of up to 512 tokens/)
  await node('Learn')
    .getByRole('spinbutton', { name: /: Batch$/ })
    .fill('1000')
  await expect.poll(() => told.textContent()).toMatch(/GB.*computing 1000 examples/)
})

/*
   model ──► lines ──► learn      so many steps that it would take hours
*/
inFull('a training draws its losses while it learns, and its button ends it with what it has', async () => {
  const { page, node } = editor
  const model = { links: { model: ['m', 'model'] } }
  await open({
    m: {
      type: 'loading/model',
      inputs: { file: 'demo/storyteller.gguf' },
      view: { x: 0, y: 0, title: 'Model' },
    },
    lines: {
      ...{ type: 'lora/dataset', inputs: { text: 'Once there was a fox.' }, ...model },
      view: { x: 360, y: 0, title: 'Lines' },
    },
    learn: {
      type: 'lora/train',
      inputs: { steps: 1_000_000 },
      links: { ...model.links, dataset: ['lines', 'dataset'] },
      view: { x: 720, y: 0, title: 'Learn' },
    },
  })
  await button('Run').click()
  await node('Learn').locator('.chart .line-mark').waitFor()
  await button('Stop and keep the best').click()
  await completed().waitFor()
  await expect.poll(() => button('Stop and keep the best').count()).toBe(0)
  await expect.poll(() => statusOf('Learn')).toBe('finished')
  expect(await node('Learn').locator('.chart .line-mark').count()).toBe(1)
  await page.reload()
  await node('Learn').locator('.chart .line-mark').waitFor()
})
