import { writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const completed = '.run-summary[data-status=completed]'

/** Opens what a page names, runs it, does what is to be done, and takes a picture of the window. */
export async function takePage(page, url, { open, file, view, run = true, act }) {
  await page.goto(`${url}?${new URLSearchParams({ ...(open && { workflow: open }), ...(view && { view }) })}`)
  await page.locator('[data-node-id], .app-view').first().waitFor()
  if (file) await openFile(page, file)
  if (run) await runAll(page)
  // Nodes grew by what they show.
  if (view !== 'app') await page.keyboard.press('f')
  await act?.(page, () => runAll(page))
  await page.waitForLoadState('networkidle')
  return page.screenshot()
}

export async function runAll(page) {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator(completed).waitFor({ timeout: 300_000 })
}

export async function openFile(page, workflow) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'woolgather-pictures-')), 'workflow.json')
  writeFileSync(file, JSON.stringify(workflow))
  await page.getByLabel('Workflow file').setInputFiles(file)
  const last = Object.keys(workflow.nodes).at(-1)
  await page.locator(`[data-node-id="${last}"]`).waitFor()
}
