// What an edit costs in graphs of 7, 301 and 1,501 nodes, side by side: key to paint, dragging a node, panning.
import { chains } from './chains.mjs'
import { measureFrames, openEditorPage, quantile, typeLetters } from './editor-page.mjs'

const sizes = process.argv.slice(2).map(Number)

/** Brings a node into view at a readable size. */
async function find(page, title) {
  await page.keyboard.press('Control+f')
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.locator(`[data-node-id=note] textarea`).waitFor()
  await page.waitForTimeout(800)
}

/** Milliseconds of 40 moves of a node that is held by its header. */
async function drag(page) {
  const box = await page
    .locator('[data-node-id=note] header, [data-node-id=note] .node-header')
    .first()
    .boundingBox()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  const began = performance.now()
  for (let i = 1; i <= 40; i++) {
    await page.mouse.move(x + i * 3, y + i)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))
  }
  const took = performance.now() - began
  await page.mouse.up()
  return took
}

const pan = (frame) => {
  const pane = document.querySelector('.react-flow__pane')
  const at = { clientX: 640 + 220 * Math.sin(frame / 9), clientY: 380 + 120 * Math.cos(frame / 13) }
  const event = (type) =>
    new MouseEvent(type, { ...at, bubbles: true, cancelable: true, button: 0, buttons: 1, view: window })
  if (frame === 1) pane.dispatchEvent(event('mousedown'))
  window.dispatchEvent(event('mousemove'))
  if (frame === 118) window.dispatchEvent(event('mouseup'))
}

for (const size of sizes.length > 0 ? sizes : [7, 301, 1501]) {
  const { server, page, openWorkflow, close } = await openEditorPage()
  try {
    await page.goto(server.url)
    await page.locator('.react-flow__node').first().waitFor()
    console.log(`${size} nodes: opened in ${(await openWorkflow(chains(size))).toFixed(0)} ms`)
    await page.waitForTimeout(1500)
    const far = await measureFrames(page, pan)
    console.log(
      `  pan far, all in view: median frame ${quantile(far, 0.5).toFixed(1)} ms, p95 ${quantile(far, 0.95).toFixed(1)} ms`,
    )
    await find(page, 'Note')
    const keys = await typeLetters(page, 24, 40)
    const [median, slow] = [0.5, 0.95].map((part) => quantile(keys, part).toFixed(1))
    console.log(`  key to paint: median ${median} ms, p95 ${slow} ms`)
    console.log(`  40 moves of a node: ${(await drag(page)).toFixed(0)} ms`)
    const frames = await measureFrames(page, pan)
    console.log(`  pan near: median frame ${quantile(frames, 0.5).toFixed(1)} ms`)
  } finally {
    await close()
  }
}
