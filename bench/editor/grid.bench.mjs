// A sweep of 10,000 cells, run for real, scrolled in the results panel.
import { measureFrames, openEditorPage, quantile, tell } from './editor-page.mjs'

const axis = (letter, y) => ({
  type: 'matrix/axis',
  inputs: { values: '1-100', label: letter },
  view: { x: 0, y },
})
const workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Ten thousand cells',
  nodes: {
    rows: axis('row', 0),
    columns: axis('column', 300),
    cell: {
      type: 'text/template',
      inputs: { template: 'Row {{row}} meets column {{column}} in a cell with some words to read.' },
      links: { row: ['rows', 'value'], column: ['columns', 'value'] },
      view: { x: 360, y: 0 },
    },
  },
}

const { server, page, openWorkflow, close } = await openEditorPage()
try {
  await page.goto(server.url)
  await page.locator('.react-flow__node').first().waitFor()
  await openWorkflow(workflow)
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor({ timeout: 120_000 })
  await page.locator('.react-flow__node[data-id=cell]').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('r')
  await page.getByRole('gridcell').first().waitFor()
  await page.waitForTimeout(1500)
  const scroll = (frame) => {
    const grid = document.querySelector('[role=grid]')
    const box = [grid, ...grid.querySelectorAll('*'), grid.parentElement].find(
      (element) => element.scrollHeight > element.clientHeight + 200,
    )
    box.scrollTop += 40
    if (frame % 2 === 0) box.scrollLeft += 30
  }
  const frames = await measureFrames(page, scroll, 180)
  tell('10,000 cells, scrolling: median frame', quantile(frames, 0.5), 16.8)
  console.log(`  95th percentile ${quantile(frames, 0.95).toFixed(1)} ms`)
} finally {
  await close()
}
