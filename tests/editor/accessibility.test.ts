import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../scratch.ts'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor
let axe: string

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  editor = await openEditor()
  await editor.page.evaluate(axe)
})
afterAll(() => editor?.[Symbol.asyncDispose]())

const example = (name: string): string => path.join(root, 'workflows', `${name}.json`)

interface Finding {
  id: string
  impact: string
  targets: string[]
}

/**
 * What axe-core finds serious or worse, contrast computed from what is drawn. Names, roles and order are the same in
 * both schemes: they are looked at in the light one, in the dark one what colours decide.
 */
async function findSerious(scheme: 'light' | 'dark'): Promise<Finding[]> {
  return editor.page.evaluate(async (dark) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const byColour = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } as const
    const { violations } = await axe.run(document, {
      resultTypes: ['violations'],
      ...(dark && { runOnly: { ...byColour, values: [...byColour.values] } }),
    })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({
        id,
        impact: String(impact),
        targets: nodes.slice(0, 5).map(({ target, any }) => `${target.join(' ')}: ${any[0]?.message ?? ''}`),
      }))
  }, scheme === 'dark')
}

for (const scheme of ['light', 'dark'] as const) {
  test(`no serious finding in ${scheme}: graph after a run, results, list of nodes, shortcuts`, async () => {
    const { page, node } = editor
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.locator('.run-summary[data-status=completed]').waitFor()
    await node('Story').locator('[data-output]').waitFor()
    const findings: Record<string, Finding[]> = { graph: await findSerious(scheme) }

    await editor.openFile(example('length-by-temperature'))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.locator('.run-summary[data-status=completed]').waitFor()
    await editor.showAll()
    await node('story')
      .getByRole('button', { name: /open all results/ })
      .click()
    await page.getByRole('gridcell').first().click()
    await page.getByLabel('Colour').selectOption({ index: 1 })
    findings['results'] = await findSerious(scheme)
    await page.getByRole('button', { name: 'Close the results' }).click()

    await page.getByRole('button', { name: 'Shortcuts' }).click()
    findings['shortcuts'] = await findSerious(scheme)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('button', { name: /^Ready/ }).click()
    await page
      .getByText(/GB free/)
      .first()
      .waitFor()
    findings['machine'] = await findSerious(scheme)
    await page.getByRole('button', { name: 'Models…' }).click()
    await page.locator('.models-table tbody tr').first().waitFor()
    findings['models'] = await findSerious(scheme)
    await page.keyboard.press('Escape')
    await page.locator('.react-flow__pane').dblclick({ position: { x: 40, y: 300 } })
    findings['search'] = await findSerious(scheme)
    await page.keyboard.press('Escape')

    await editor.openFile(example('first-story'))
    expect(findings).toEqual({
      graph: [],
      results: [],
      shortcuts: [],
      machine: [],
      models: [],
      search: [],
    })
  })

  test(`no serious finding in ${scheme}: code, what is missing, the app and its arrangement`, async () => {
    const { page, node, scratch } = editor
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const nodes = {
      rules: { type: 'steering/grammar', inputs: { grammar: '# yes\nroot ::= "yes" | [a-z]+ "no"' } },
      prompt: { type: 'steering/prompt', inputs: { prompt: 'a (happy:1.8) [dark:bright:4] (sea:0.2)' } },
      model: { type: 'loading/model', inputs: { file: 'people/nice.gguf' } },
      other: { type: 'someone/else' },
    }
    const file = scratch.path('code.json')
    await writeFile(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Code', nodes }))
    await editor.openFile(file)
    await page.getByRole('dialog', { name: /something is missing/ }).waitFor()
    const findings: Record<string, Finding[]> = { missing: await findSerious(scheme) }
    await page.getByRole('button', { name: 'Go to the graph' }).click()
    await node('rules').locator('.code-editor .code-name').first().waitFor()
    findings['code'] = await findSerious(scheme)
    await page.getByRole('button', { name: 'App', exact: true }).click()
    await page.getByRole('region', { name: 'Inputs' }).locator('.code-name').first().waitFor()
    findings['app'] = await findSerious(scheme)
    await page.getByRole('button', { name: 'Arrange' }).click()
    findings['arrange'] = await findSerious(scheme)
    await page.getByRole('button', { name: 'Graph', exact: true }).click()
    await editor.openFile(example('first-story'))
    expect(findings).toEqual({ missing: [], code: [], app: [], arrange: [] })
  })
}
