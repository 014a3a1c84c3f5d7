import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeGatedSweep } from './gated-sweep.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor

beforeAll(async () => {
  editor = await openEditor({ nodes: ['tests/fixtures/gate'] })
  await editor.page.locator('.worker-state[data-state=ready]').waitFor()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

/** As the server has it: the page may be behind. */
async function cellsDone(): Promise<number> {
  const ask = async (path: string): Promise<unknown> => (await fetch(new URL(path, editor.page.url()))).json()
  const { runs } = (await ask('/api/runs?name=sweep&limit=1')) as { runs: { run: string }[] }
  if (!runs[0]) return 0
  const { cells } = (await ask(`/api/runs/${runs[0].run}`)) as { cells: { finished: number } }
  return cells.finished
}

const topic = () => editor.node('Topic').getByRole('textbox')

test('when the server is gone the editor says so, and one goes on editing', async () => {
  const { page } = editor
  await editor.killServer()
  await page.getByText('The server cannot be reached. You can go on editing').waitFor()
  await topic().fill('a lighthouse')
  await page.keyboard.press('Control+s')
  await editor.nameIt()
  await page.locator('.notice[data-tone=error]').waitFor()
  await expect.poll(() => topic().inputValue()).toBe('a lighthouse')
})

test('a run asked for meanwhile waits, and says that it does', async () => {
  const { page } = editor
  await page.keyboard.press('Control+Enter')
  await page.getByText('Waits for the server').waitFor()
})

test('it can be taken back, and asked for again', async () => {
  const { page } = editor
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.locator('.run-summary').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+Enter')
  await page.getByText('Waits for the server').waitFor()
})

test('when the server is back the editor finds it by itself: the run is run, and saving saves', async () => {
  const { page, node } = editor
  await editor.bringServerBack()
  await editor.told('The server is back')
  await page.getByText('The server cannot be reached').first().waitFor({ state: 'detached' })
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await expect.poll(() => node('Write the story').locator('[data-output]').innerText()).toMatch(/\w+ \w+/)
  await page.keyboard.press('Control+s')
  await editor.nameIt()
  await editor.told('Saved “First story”')
})

test('a run that the server took with it is interrupted, and taken up again where it was', async () => {
  const { page, scratch, node } = editor
  const { file, letThrough } = writeGatedSweep(scratch, 20)
  letThrough(3)
  await editor.openFile(file)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect.poll(cellsDone).toBeGreaterThan(1)
  await editor.killServer()
  await page.getByText('The server cannot be reached').first().waitFor()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await editor.told('Not cancelled: the server cannot be reached')
  await editor.bringServerBack()
  await page.locator('.run-summary[data-status=interrupted]').waitFor()
  letThrough(20)
  await page.getByRole('button', { name: 'Take up again' }).click()
  await page.locator('.run-summary[data-status=completed]').waitFor()
  await editor.showAll()
  await node('grid')
    .getByRole('button', { name: /open all results/ })
    .click()
  await expect.poll(() => page.locator('.results-counts').innerText()).toMatch(/^20 cells/)
})

test('what the history holds is still there', async () => {
  const { page } = editor
  await page.keyboard.press('Escape')
  await page.keyboard.press('h')
  await page
    .getByRole('complementary', { name: 'Runs' })
    .getByRole('button', { name: /First story/ })
    .first()
    .waitFor()
})

test('a part of the editor that could not be fetched is shown once it can be, and takes nothing with it', async () => {
  const { page } = editor
  const history = page.getByRole('complementary', { name: 'Runs' })
  await page.route('**/assets/runs-panel-*.js', (route) => route.abort())
  await page.reload()
  await editor.node('grid').waitFor()
  await page.keyboard.press('h')
  await page.getByText('A part of the editor could not be fetched').waitFor()
  await expect.poll(() => history.count()).toBe(0)
  await page.unroute('**/assets/runs-panel-*.js')
  await editor.killServer()
  await page.getByText('The server cannot be reached').first().waitFor()
  await editor.bringServerBack()
  await history
    .getByRole('button', { name: /First story/ })
    .first()
    .waitFor()
  await editor.node('grid').waitFor()
})
