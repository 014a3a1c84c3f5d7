import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScratch } from '../scratch.ts'
import { readUrl, startServer } from '../server.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor()
  await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const copied = (): Promise<string> => editor.page.evaluate(() => navigator.clipboard.readText())

test('an input chosen on its node is the form, with the ends of the graph as results; it runs from there', async () => {
  const { page, node } = editor
  const topic = node('Topic')
  await topic.getByRole('button', { name: 'Topic: Text: show in the app' }).click()
  await page.getByRole('button', { name: 'App', exact: true }).click()
  const inputs = page.getByRole('region', { name: 'Inputs' })
  await expect.poll(() => inputs.locator('label').allInnerTexts()).toEqual(['Topic'])
  await inputs.getByLabel('Topic').fill('space')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const story = page.getByRole('article', { name: 'Story', exact: true }).locator('[data-output]')
  await expect.poll(() => story.innerText().catch(() => '')).not.toBe('')
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect.poll(() => story.innerText()).toMatch(/star|planet|rocket|moon|space|comet|astronaut/i)
})

test('what the form shows is arranged, named and left out, and undone like anything else', async () => {
  const { page } = editor
  await page.getByRole('button', { name: 'Arrange' }).click()
  await page.getByRole('textbox', { name: 'Label of Topic' }).fill('What about?')
  await page.getByRole('button', { name: 'Leave out Save the story' }).click()
  await page.getByLabel('Add to the form').selectOption({ label: 'Input · Mood' })
  await page.getByRole('button', { name: 'Move Mood up' }).click()
  await page.getByRole('button', { name: 'Move Mood up' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  const labels = (): Promise<string[]> => page.locator('.app-field > label, .app-result h2').allInnerTexts()
  await expect.poll(labels).toEqual(['Mood', 'What about?', 'Story'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(labels).toEqual(['What about?', 'Mood', 'Story'])
})

test('a link to the app saves the workflow and opens straight into its form', async () => {
  const { page } = editor
  await page.getByRole('button', { name: 'Share' }).click()
  const items = page.getByRole('menuitem')
  // Nobody else reaches 127.0.0.1: a file does.
  await expect.poll(() => items.first().innerText()).toMatch(/^Send a file/)
  await items.getByText('Copy a link on this computer to the app').click()
  await editor.nameIt('A story by form')
  await expect.poll(copied).toMatch(/\?workflow=a-story-by-form&view=app$/)
  const other = await editor.openPage()
  await other.goto(await copied())
  await other.getByRole('region', { name: 'Inputs' }).getByLabel('What about?').waitFor()
  await expect.poll(() => other.locator('[data-node-id]').count()).toBe(0)
  await other.getByRole('button', { name: 'Graph', exact: true }).click()
  await other.locator('[data-node-id="topic"]').waitFor()
  await other.close()
  await page.getByRole('button', { name: 'Graph', exact: true }).click()
})

test('a link that holds the whole workflow opens it with a warning, and runs nothing', async () => {
  const { page } = editor
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('menuitem', { name: 'Copy a link that holds it all' }).click()
  await expect.poll(copied).toMatch(/\/#workflow=[\w-]{100,}$/)
  const other = await editor.openPage()
  await other.goto(await copied())
  const warning = other.getByRole('dialog', { name: '“A story by form” came with a link' })
  await warning.getByText('nothing of it has run').waitFor()
  expect(new URL(other.url()).hash).toBe('')
  await warning.getByRole('button', { name: 'Look at it' }).click()
  await other.locator('[data-node-id="topic"]').waitFor()
  await other.locator('.workflow-name[data-dirty]').waitFor()
  expect(await other.locator('.run-summary').count()).toBe(0)

  // Pasted into the address of an open page, which loads nothing.
  const tabs = other.getByRole('navigation', { name: 'Open workflows' }).locator('.tab-name')
  await other.evaluate((link) => location.assign(link), await copied())
  await warning.getByRole('button', { name: 'Look at it' }).click()
  await expect.poll(() => tabs.allInnerTexts()).toEqual(['A story by form', 'A story by form'])

  // Pasted into the editor, which has another address than the one that the link begins with.
  const paste = (text: string): Promise<boolean> =>
    other.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', text)
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
      return !document.body.dispatchEvent(event)
    }, text)
  const elsewhere = (await copied()).replace(/^http:\/\/[^/]+/, 'https://wool.example')
  expect(await paste(`see ${elsewhere}`)).toBe(true)
  await other.getByText('What was copied is no workflow').waitFor()
  await expect.poll(() => tabs.count()).toBe(2)
  expect(await paste(`\n${elsewhere} `)).toBe(true)
  await warning.getByRole('button', { name: 'Look at it' }).click()
  await expect.poll(() => tabs.count()).toBe(3)
  await other.evaluate((link) => location.assign(link), (await copied()).slice(0, -20))
  await other.locator('.notice[data-tone=error]').getByText('The link is damaged').waitFor()
  await other.close()
})

test('a workflow that the server was started with opens without a warning, and reloading does not open it again', async () => {
  const workflow = {
    format: 'woolgather',
    version: 1,
    name: 'Of my own',
    nodes: { mine: { type: 'text/text', inputs: { text: 'as long as you like '.repeat(20_000) } } },
  }
  await using scratch = await createScratch()
  const server = startServer(scratch, { opened: JSON.stringify(workflow) })
  const url = await readUrl(server)
  const page = await editor.openPage()
  try {
    await page.goto(url)
    await page.locator('[data-node-id="mine"]').waitFor()
    expect([new URL(page.url()).hash, await page.getByRole('dialog').count()]).toEqual(['', 0])
    await page.evaluate((again) => location.assign(again), `${new URL(url).origin}/#opened=another`)
    await page.locator('.notice[data-tone=error]').getByText('was started anew').waitFor()
  } finally {
    await page.close()
    if (server.kill('SIGTERM')) await once(server, 'exit')
  }
})

test('a grammar is edited with colours, and its error is marked at its line and column while one types', async () => {
  const { page, scratch } = editor
  await open(scratch.path('grammar.json'), {
    rules: { type: 'steering/grammar', inputs: { grammar: 'root ::= "yes"\nother ::= "no" | ' } },
  })
  const code = editor.node('rules').locator('.code-editor[data-language=grammar]')
  await code.locator('.code-name').first().waitFor()
  await expect.poll(() => code.locator('.code-name').allInnerTexts()).toEqual(['root', 'other'])
  await expect.poll(() => code.locator('.code-string').allInnerTexts()).toEqual(['"yes"', '"no"'])
  await code.locator('.cm-content').focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(')')
  const marked = code.locator('.cm-line').nth(1).locator('.cm-lintRange-error')
  await expect.poll(() => marked.allInnerTexts()).toEqual([')'])
  await editor
    .node('rules')
    .getByRole('alert')
    .getByText(/line 2, column 18/)
    .waitFor()
  await page.keyboard.press('Backspace')
  await expect.poll(() => code.locator('.cm-lintRange-error').count()).toBe(0)
  await editor.node('rules').getByRole('alert').waitFor({ state: 'detached' })
})

test('the notation beside a grammar says what it is read as', async () => {
  const rules = editor.node('rules')
  await rules.getByLabel('Grammar constraint: Notation', { exact: true }).selectOption('lark')
  await rules
    .getByRole('alert')
    .getByText(/line 1/)
    .waitFor()
  await rules.getByLabel('Grammar constraint: Notation', { exact: true }).selectOption('gbnf')
  await rules.getByRole('alert').waitFor({ state: 'detached' })
})

test('a regular expression and a schema are compiled while one types, too, and nothing is run with them', async () => {
  const { page, scratch, node } = editor
  const schema = { properties: { age: { type: 'whole' } } }
  await open(scratch.path('schema.json'), {
    pattern: { type: 'steering/regex', inputs: { pattern: 'a(b' } },
    shape: { type: 'steering/json-schema', inputs: { schema } },
    vain: { type: 'steering/json-schema', inputs: { schema: { type: 'string', nullable: true } } },
    half: { type: 'steering/json-schema', inputs: { schema: '{ "type":' } },
  })
  const marked = (name: string) => node(name).locator('.cm-lintRange-error').allInnerTexts()
  await expect.poll(() => marked('pattern')).toEqual(['b'])
  await expect.poll(() => marked('shape')).toEqual(['"type"'])
  await expect
    .poll(() => node('vain').locator('.field-warning').allInnerTexts())
    .toEqual([expect.stringContaining('“nullable” at # asserts nothing and is ignored')])
  await expect.poll(() => node('vain').locator('.cm-line').allInnerTexts()).toHaveLength(4)
  await expect.poll(() => node('half').locator('.cm-line').allInnerTexts()).toEqual(['{ "type":'])
  await expect.poll(() => node('half').locator('.field-problem').innerText()).toContain('Not JSON yet')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await editor.told('Not run: there are 2 problems to solve first')
})

test('the gaps of a template are marked, those that nothing is linked to in another way', async () => {
  const { page, scratch, node } = editor
  await open(scratch.path('template.json'), {
    template: {
      type: 'text/template',
      inputs: { template: 'About {{topic}}, {{ mood }}.' },
      links: { topic: ['topic', 'text'] },
    },
    topic: { type: 'text/text', inputs: { text: 'the sea' } },
  })
  const gaps = (): Promise<[string, string | undefined][]> =>
    node('template')
      .locator('mark')
      .evaluateAll((marks) =>
        marks.map((mark) => [mark.textContent, (mark as HTMLElement).dataset['linked']] as [string, string]),
      )
  await expect.poll(gaps).toEqual([
    ['{{topic}}', 'true'],
    ['{{ mood }}', 'false'],
  ])
  const field = node('template').getByRole('textbox')
  await field.press('Control+End')
  await page.keyboard.type('\nIn {{place}}')
  await expect.poll(gaps).toHaveLength(3)
  const [over, under] = await node('template')
    .locator('.template-control > *')
    .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().toJSON()))
  expect(over).toEqual(under)
})

test('Ctrl+Up and Ctrl+Down weigh the selected words of a weighted prompt, which is coloured', async () => {
  const { page, scratch } = editor
  await open(scratch.path('weights.json'), {
    prompt: { type: 'steering/prompt', inputs: { prompt: 'a happy story' } },
  })
  const text = editor.node('prompt').getByRole('textbox', { name: 'Weighted prompt: Prompt', exact: true })
  await editor.node('prompt').locator('.code-editor[data-language=prompt]').first().waitFor()
  await text.focus()
  await page.keyboard.press('Home')
  for (let at = 0; at < 'a '.length; at++) await page.keyboard.press('ArrowRight')
  for (let at = 0; at < 'happy'.length; at++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('Control+ArrowUp')
  await expect.poll(() => text.innerText()).toBe('a (happy:1.2) story')
  await expect.poll(() => text.locator('.weight-more').count()).toBe(1)
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('Control+ArrowDown')
  await expect.poll(() => text.innerText()).toBe('a happy story')
})

test.each([
  ['zoomed to 200%', 640, 360],
  ['as narrow as a telephone', 420, 700],
])(
  '%s everything in the bar can be pressed, and the form needs no scrolling sideways',
  async (_, width, height) => {
    const { page } = editor
    await page.setViewportSize({ width, height })
    await page.getByRole('button', { name: 'App', exact: true }).click()
    await page.getByRole('region', { name: 'Inputs' }).waitFor()
    // A hint or a notice may lie over the bar for a while.
    const covered = (): Promise<(string | null)[]> =>
      page.locator('.title-bar button:enabled').evaluateAll((buttons) =>
        buttons
          .filter((button) => {
            const { x, y, width, height } = button.getBoundingClientRect()
            const top = document.elementFromPoint(x + width / 2, y + height / 2)
            return !button.contains(top) || x + width > innerWidth
          })
          .map((button) => button.getAttribute('aria-label')),
      )
    const wide = (): Promise<number[]> =>
      page.evaluate(() =>
        [document.documentElement, document.querySelector('.app-view')!].map(
          ({ scrollWidth }) => scrollWidth,
        ),
      )
    await expect.poll(async () => [await covered(), await wide()]).toEqual([[], [width, width]])
    await page.setViewportSize({ width: 1280, height: 720 })
  },
)

async function open(file: string, nodes: Record<string, unknown>): Promise<void> {
  await writeFile(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Opened', nodes }))
  await editor.openFile(file)
}
