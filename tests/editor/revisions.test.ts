import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

/*
   Two windows, of two people as far as the server knows, on one saved workflow.
*/
let editor: Editor
let mine: Page
let theirs: Page
let saved = 0

beforeAll(async () => {
  editor = await openEditor()
  mine = editor.page
  theirs = await editor.openPage()
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const topic = (page: Page) => page.locator('[data-node-id=topic]').getByRole('textbox')
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })

/** A new workflow on the server, open in both windows. */
beforeEach(async () => {
  const name = `Shared ${++saved}`
  await mine.goto(new URL('/', mine.url()).href)
  await topic(mine).waitFor()
  await mine.getByLabel('Name of the workflow').fill(name)
  await mine.keyboard.press('Control+Shift+s')
  await editor.nameIt()
  await editor.told(`Saved “${name}”`)
  await theirs.goto(new URL(`/?workflow=shared-${saved}`, mine.url()).href)
  await expect.poll(() => theirs.getByLabel('Name of the workflow').inputValue()).toBe(name)
})

/** They save a farm; what I then save would overwrite it. */
async function collide(): Promise<void> {
  await topic(theirs).fill('a farm')
  await theirs.keyboard.press('Control+s')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('a farm')
  await topic(mine).fill('the desert')
  await mine.keyboard.press('Control+s')
  await dialog(mine, 'Saved elsewhere in the meantime').waitFor()
}

/** The topic of a saved workflow; undefined where there is none of this id. */
async function onServer(id: string): Promise<unknown> {
  const answer = await fetch(new URL(`/api/workflows/${id}`, mine.url()))
  const { workflow } = (await answer.json()) as {
    workflow?: { nodes: Record<string, { inputs: { text: string } }> }
  }
  return workflow?.nodes['topic']?.inputs.text
}

test('who saves second is told what differs, and nothing is overwritten', async () => {
  await collide()
  const changes = dialog(mine, 'Saved elsewhere in the meantime').getByRole('listitem')
  await expect
    .poll(() => changes.allInnerTexts())
    .toEqual([expect.stringMatching(/topic.*a farm.*the desert/s)])
  await mine.keyboard.press('Escape')
  await expect.poll(() => topic(mine).inputValue()).toBe('the desert')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('a farm')
})

test('both are kept: mine is saved as a copy', async () => {
  await collide()
  await mine.getByRole('button', { name: 'Keep both: save mine as a copy' }).click()
  await expect.poll(() => onServer(`shared-${saved}-2`)).toBe('the desert')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('a farm')
})

test('theirs is taken over', async () => {
  await collide()
  await mine.getByRole('button', { name: 'Open theirs, drop mine' }).click()
  await expect.poll(() => topic(mine).inputValue()).toBe('a farm')
  await topic(mine).fill('a farm by the sea')
  await mine.keyboard.press('Control+s')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('a farm by the sea')
})

test('mine replaces theirs, which stays among the earlier versions; going back to it is undone like anything', async () => {
  await collide()
  await mine.getByRole('button', { name: 'Replace theirs' }).click()
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('the desert')

  await mine.getByRole('button', { name: 'More ways to save' }).click()
  await mine.getByRole('menuitem', { name: 'Earlier versions…' }).click()
  const versions = dialog(mine, 'Earlier versions')
  const list = versions.getByRole('list', { name: 'Saved versions, newest first' }).getByRole('button')
  await expect.poll(() => list.count()).toBe(3)
  await expect.poll(() => list.first().innerText()).toContain('open here')
  const changes = versions.getByRole('region', { name: 'What changed in it' })
  await expect.poll(() => changes.innerText()).toMatch(/a farm.*the desert/s)
  await list.nth(1).click()
  await expect.poll(() => changes.innerText()).toMatch(/the sea.*a farm/s)
  await list.nth(2).click()
  await expect.poll(() => changes.innerText()).toContain('The first version')

  await list.nth(1).click()
  await versions.getByRole('button', { name: 'Go back to it' }).click()
  await expect.poll(() => topic(mine).inputValue()).toBe('a farm')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('the desert')
  await mine.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => topic(mine).inputValue()).toBe('the desert')
  await mine.getByRole('button', { name: 'Redo' }).click()
  await mine.locator('.workflow-name[data-dirty]').waitFor()
  await mine.keyboard.press('Control+s')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('a farm')
})

test('an earlier version is looked at in a tab of its own', async () => {
  const before = await topic(mine).inputValue()
  await topic(mine).fill('the moon')
  await mine.keyboard.press('Control+s')
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('the moon')
  await mine.keyboard.press('Escape')
  await mine.keyboard.press('Control+k')
  await mine.keyboard.type('earlier versions')
  await mine.keyboard.press('Enter')
  const versions = dialog(mine, 'Earlier versions')
  await versions
    .getByRole('button', { name: /Shared/ })
    .last()
    .click()
  await versions.getByRole('button', { name: 'Look at it in a tab' }).click()
  await expect.poll(() => topic(mine).inputValue()).toBe(before)
  await expect.poll(() => onServer(`shared-${saved}`)).toBe('the moon')
})
