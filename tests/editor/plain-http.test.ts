import { writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elsewhere, openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor({ host: elsewhere })
  await editor.node('Topic').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const nodes = {
  words: {
    type: 'text/text',
    inputs: { text: 'several brave words' },
    view: { x: 40, y: 40, title: 'Words' },
  },
  shown: {
    type: 'output/preview',
    links: { value: ['words', 'text'] },
    view: { x: 440, y: 40, title: 'Shown' },
  },
  writer: { type: 'generation/generate', inputs: { prompt: 'Hello' }, view: { x: 840, y: 40 } },
}

/** What was copied, seen where it is pasted: the page may not read the clipboard. */
async function pasted(page: Page): Promise<string> {
  const name = page.getByLabel('Name of the workflow')
  await name.fill('')
  await name.press('Control+v')
  return name.inputValue()
}

test('over plain HTTP results, links and nodes are copied, and it is said', async () => {
  const { page, node } = editor
  expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator])).toEqual([false, false])
  const file = editor.scratch.path('plain.json')
  await writeFile(
    file,
    JSON.stringify({
      format: 'woolgather',
      version: 1,
      name: 'Plain',
      nodes: { words: nodes.words, shown: nodes.shown },
    }),
  )
  await editor.openFile(file)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await node('Shown').hover()
  await node('Shown').getByRole('button', { name: 'Copy the result' }).click()
  await editor.told('Copied')
  expect(await pasted(page)).toBe('several brave words')
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByRole('menuitem', { name: /Copy as JSON/ }).click()
  await editor.told('copied as JSON')
  expect(await pasted(page)).toContain('"format": "woolgather"')
})

/** Opens the page as another tab of the same browser, with the session of the first if it is a duplicate. */
async function openTab(duplicate: boolean): Promise<Page> {
  const { page } = editor
  const session = await page.evaluate(() => ({ ...sessionStorage }))
  const tab = await page.context().newPage()
  if (duplicate)
    await tab.addInitScript((kept) => {
      if (window.name !== '') return
      window.name = 'duplicated'
      Object.assign(sessionStorage, kept)
    }, session)
  await tab.goto(page.url())
  await tab.locator('[data-node-id]').first().waitFor()
  return tab
}

const tabName = (page: Page): Promise<string | null> =>
  page.evaluate(() => sessionStorage.getItem('woolgather.tab'))

test('without locks a new tab and a duplicated one take no other open tab’s work, and a reload keeps its own', async () => {
  const { page } = editor
  await page.getByLabel('Name of the workflow').fill('Unsaved work')
  const draft = async (): Promise<string> =>
    page.evaluate(
      () => localStorage.getItem(`woolgather.autosave.${sessionStorage.getItem('woolgather.tab')}`) ?? '',
    )
  await expect.poll(draft).toContain('Unsaved work')
  const double = await openTab(true)
  const names = await Promise.all([page, double].map(tabName))
  expect(new Set(names).size).toBe(2)
  expect(await double.getByLabel('Name of the workflow').inputValue()).not.toBe('Unsaved work')
  await double.getByLabel('Name of the workflow').fill('Of the double')
  await double.reload()
  await expect.poll(() => double.getByLabel('Name of the workflow').inputValue()).toBe('Of the double')
  expect(await tabName(double)).toBe(names[1])
  expect(await draft()).toContain('Unsaved work')
  // What a closed tab left is found by the next one.
  await double.close()
  const next = await openTab(false)
  await expect.poll(() => next.getByLabel('Name of the workflow').inputValue()).toBe('Of the double')
  await next.close()
  await page.bringToFront()
})

test('numbers are read with a comma, stepped as on paper, and an error where they cannot be read', async () => {
  const { node } = editor
  const file = editor.scratch.path('writer.json')
  await writeFile(
    file,
    JSON.stringify({ format: 'woolgather', version: 1, name: 'Writer', nodes: { writer: nodes.writer } }),
  )
  await editor.openFile(file)
  const sampler = node('writer')
  const seed = sampler.getByRole('spinbutton', { name: 'Generate: Seed', exact: true })
  await seed.fill('12 ')
  await seed.press('ArrowUp')
  expect(await seed.inputValue()).toBe('13')
  await seed.press('Shift+ArrowDown')
  expect(await seed.inputValue()).toBe('3')
  await seed.fill('9007199254740993')
  await seed.blur()
  await sampler.getByText('must be at most 9007199254740991').waitFor()
  expect(await seed.inputValue()).toBe('9007199254740993')
  await seed.fill('1,5')
  await sampler.getByText('must be a whole number').waitFor()
  await seed.fill('')
  await sampler.getByText('must be a whole number').waitFor({ state: 'detached' })
})

/** Presses a key of another layout, as the browser tells the page of it. */
async function pressForeign(
  page: Page,
  key: string,
  code: string,
  held: Record<string, boolean> = {},
): Promise<void> {
  await page.evaluate(
    ([init]) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }),
      ),
    [{ key, code, ...held }] as const,
  )
}

test('shortcuts work where the keyboard is Russian, AltGr writes, and composed words are left alone', async () => {
  const { page, node } = editor
  await page.keyboard.press('Escape')
  const palette = page.getByRole('navigation', { name: 'Nodes' })
  await pressForeign(page, 'т', 'KeyN')
  await expect.poll(() => palette.count()).toBe(0)
  await pressForeign(page, 'т', 'KeyN', { isComposing: true })
  await pressForeign(page, 'n', 'KeyN', { modifierAltGraph: true })
  expect(await palette.count()).toBe(0)
  await pressForeign(page, 'т', 'KeyN')
  await palette.waitFor()

  const prompt = node('writer').getByRole('textbox', { name: 'Generate: Prompt' })
  await prompt.fill('')
  await prompt.pressSequentially('one two three')
  await page.keyboard.press('Control+z')
  expect((await prompt.inputValue()).length).toBeLessThan('one two thre'.length)
  await prompt.fill('')
  const session = await page.context().newCDPSession(page)
  const draft = (): Promise<string> =>
    page.evaluate(
      () => localStorage.getItem(`woolgather.autosave.${sessionStorage.getItem('woolgather.tab')}`) ?? '',
    )
  await session.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 })
  expect(await prompt.inputValue()).toBe('にほ')
  await session.send('Input.insertText', { text: '日本' })
  await expect.poll(draft).toContain('日本')
  expect(await draft()).not.toContain('にほ')
})

test('what is held is let go when the window loses the focus or the button came up outside; Escape lets go of a link', async () => {
  const { page, node, input, output, drag } = editor
  const file = editor.scratch.path('held.json')
  const { words, shown } = nodes
  await writeFile(
    file,
    JSON.stringify({
      format: 'woolgather',
      version: 1,
      name: 'Held',
      nodes: { words, shown: { ...shown, links: {} } },
    }),
  )
  await editor.openFile(file)
  const place = async (): Promise<{ x: number; y: number }> => {
    const { x, y } = (await node('Words').boundingBox())!
    return { x, y }
  }
  const start = await place()
  const [x, y] = [start.x + 120, start.y + 12]
  const held = { x: start.x + 5, y: start.y + 40 }
  await page.mouse.move(x, y)
  await page.mouse.down()
  // A drag begins at its first move: the node goes as far as the pointer does after that.
  await page.mouse.move(x, y + 10)
  await page.mouse.move(x + 5, y + 50, { steps: 4 })
  await expect.poll(place).toEqual(held)
  await page.evaluate(() => dispatchEvent(new Event('blur')))
  await page.mouse.move(x + 60, y + 90, { steps: 4 })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  expect(await place()).toEqual(held)
  await page.mouse.up()
  await drag(output('Words', 'text'), input('Shown', 'Value'))
  await page.keyboard.press('Escape')
  expect(await page.locator('.react-flow__connection').count()).toBe(0)
  await page.mouse.up()
  expect(await page.locator('.react-flow__edge, .node-search').count()).toBe(0)
})

test('pasted nodes in a fence are taken, of words it is told why not; a dialog opens at its top', async () => {
  const { page, node } = editor
  await page.keyboard.press('Escape')
  const paste = (text: string): Promise<void> =>
    page.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', text)
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    }, text)
  const fenced = JSON.stringify([
    { type: 'text/text', inputs: { text: 'pasted' }, view: { x: 0, y: 0, title: 'Pasted' } },
  ])
  await paste('Here:\n```json\n' + fenced + '\n```\n')
  await node('Pasted').waitFor()
  await paste('just words')
  await editor.told('there is no JSON in it')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  const shortcuts = page.getByRole('dialog', { name: 'Shortcuts' })
  await shortcuts.waitFor()
  expect(
    await shortcuts.evaluate((dialog) =>
      [dialog, ...dialog.querySelectorAll('*')].every(({ scrollTop }) => scrollTop === 0),
    ),
  ).toBe(true)
  await page.keyboard.press('Escape')
})
