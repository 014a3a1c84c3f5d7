import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elsewhere, openEditor, type Editor } from './open-editor.ts'

/** The whole of it takes a minute: it runs with `npm run test:full`. */
const full = test.runIf(process.env['WOOLGATHER_TEST_FULL'] === '1')

let editor: Editor
beforeAll(async () => {
  if (process.env['WOOLGATHER_TEST_FULL'] === '1') editor = await openEditor({ host: elsewhere })
})
afterAll(() => editor?.[Symbol.asyncDispose]())

/** 250 stories, each from a topic to what is made of it, and a note. */
function stories(): Record<string, unknown> {
  const nodes: Record<string, unknown> = {
    note: { type: 'text/text', inputs: { text: '' }, view: { x: -420, y: 0, title: 'Note' } },
  }
  for (let i = 0; i < 250; i++) {
    const at = (column: number, row = 0) => ({
      x: (i % 10) * 2300 + column * 360,
      y: Math.floor(i / 10) * 760 + row,
    })
    Object.assign(nodes, {
      [`model-${i}`]: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' }, view: at(0) },
      [`topic-${i}`]: { type: 'text/text', inputs: { text: `the sea ${i}` }, view: at(0, 320) },
      [`prompt-${i}`]: {
        type: 'text/template',
        inputs: { template: 'Tell me a story about {{topic}}.' },
        links: { topic: [`topic-${i}`, 'text'] },
        view: at(1, 320),
      },
      [`story-${i}`]: {
        type: 'generation/generate',
        inputs: { seed: i, maxTokens: 4 },
        links: { model: [`model-${i}`, 'model'], prompt: [`prompt-${i}`, 'text'] },
        view: at(2),
      },
      [`show-${i}`]: { type: 'output/preview', links: { value: [`story-${i}`, 'text'] }, view: at(3) },
      [`loud-${i}`]: {
        type: 'text/template',
        inputs: { template: '{{x}}!' },
        links: { x: [`story-${i}`, 'text'] },
        view: at(4),
      },
    })
  }
  return nodes
}

async function findSerious(): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await editor.page.evaluate(axe)
  return editor.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join()).join()}`)
  })
}

full(
  '1,501 nodes are opened, typed in, dragged, run and saved from another machine over plain HTTP',
  async () => {
    const { page, node } = editor
    expect(await page.evaluate(() => isSecureContext)).toBe(false)
    const file = editor.scratch.path('stories.json')
    await writeFile(
      file,
      JSON.stringify({ format: 'woolgather', version: 1, name: 'Stories', nodes: stories() }),
    )
    await editor.openFile(file)
    await expect.poll(() => page.locator('.painted-graph').getAttribute('data-painted')).toBe('1501')
    expect(await findSerious()).toEqual([])

    await page.keyboard.press('Control+f')
    await page.keyboard.type('Note')
    await page.keyboard.press('Enter')
    const text = node('note').getByRole('textbox', { name: /Text$/ })
    await text.click()
    await page.keyboard.type('The sea is calm.')
    expect(await text.inputValue()).toBe('The sea is calm.')
    expect(await findSerious()).toEqual([])
    await page.keyboard.press('Escape')
    await editor.rest()
    const { x, y, width } = (await node('note').locator('.node-header').boundingBox())!
    await page.mouse.move(x + width / 2, y + 8)
    await page.mouse.down()
    await page.mouse.move(x + width / 2 - 60, y + 68, { steps: 20 })
    await page.mouse.up()
    await expect.poll(async () => Math.round((await node('note').boundingBox())!.y - y)).toBeGreaterThan(40)

    await page.keyboard.press('Control+Enter')
    await page.locator('.run-summary[data-status=completed]').waitFor()
    await page.keyboard.press('Control+s')
    await editor.nameIt()
    await editor.told('Saved')
    const saved = await page.evaluate(async () => {
      const list = (await (await fetch('/api/workflows')).json()) as { id: string; name: string }[]
      const { id } = list.find(({ name }) => name === 'Stories')!
      return (await (await fetch(`/api/workflows/${id}`)).json()) as {
        workflow: { nodes: Record<string, { inputs: { text: string }; view: { y: number } }> }
      }
    })
    const { note } = saved.workflow.nodes
    expect([note!.inputs.text, note!.view.y > 0]).toEqual(['The sea is calm.', true])
    expect(Object.keys(saved.workflow.nodes).length).toBe(1501)
    await page.reload()
    await expect.poll(() => page.locator('.status-bar .counts').innerText()).toBe('1501 nodes')
  },
)
