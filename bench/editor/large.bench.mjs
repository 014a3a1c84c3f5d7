// What an edit costs in graphs of 7, 301 and 1,501 nodes, and in bare React Flow with as many plain ones, in turns.
import { serveBareFlow } from './bare-flow/serve.mjs'
import { chains } from './chains.mjs'
import { measureFrames, openEditorPage, quantile, typeLetters } from './editor-page.mjs'

const [rounds = 1, ...given] = process.argv.slice(2).map(Number)
const sizes = given.length > 0 ? given : [7, 301, 1501]

/** Milliseconds that opening a page of bare React Flow may take: it draws every node. */
const patience = 240_000

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

/** What is measured of a page that shows all of its graph; `goNear` brings the note into view. */
async function measure(page, goNear) {
  const far = await measureFrames(page, pan)
  await goNear()
  const keys = await typeLetters(page, 24, 40)
  const moves = await drag(page)
  const near = await measureFrames(page, pan)
  return {
    far: quantile(far, 0.5),
    key: quantile(keys, 0.5),
    slowKey: quantile(keys, 0.95),
    moves,
    near: quantile(near, 0.5),
  }
}

async function measureEditor(size) {
  const { server, page, openWorkflow, close } = await openEditorPage()
  try {
    await page.goto(server.url)
    await page.locator('.react-flow__node').first().waitFor()
    const opened = await openWorkflow(chains(size))
    await page.waitForTimeout(1500)
    return { opened, ...(await measure(page, () => find(page, 'Note'))) }
  } finally {
    await close()
  }
}

async function measureBare(size, url) {
  const { page, close } = await openEditorPage()
  page.setDefaultTimeout(patience)
  try {
    const began = performance.now()
    await page.goto(`${url}?nodes=${size}`)
    await page.waitForFunction(
      (count) => document.querySelectorAll('.react-flow__node').length >= count,
      size,
    )
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))
    const opened = performance.now() - began
    await page.waitForTimeout(1500)
    const goNear = async () => {
      await page.evaluate(() => window.flow.setCenter(-320, 40, { zoom: 1 }))
      await page.waitForTimeout(800)
    }
    return { opened, ...(await measure(page, goNear)) }
  } finally {
    await close()
  }
}

function tell(name, { opened, far, key, slowKey, moves, near }) {
  const [o, f, k, s, m, n] = [opened, far, key, slowKey, moves, near].map((value) => value.toFixed(1))
  console.log(
    `${name}: opened in ${o} ms; key to paint ${k} ms (p95 ${s}); 40 moves ${m} ms; median frame panning far ${f}, near ${n} ms`,
  )
}

const bare = await serveBareFlow()
try {
  for (let round = 0; round < rounds; round++)
    for (const size of sizes) {
      tell(`${size} nodes, editor`, await measureEditor(size))
      tell(`${size} nodes, bare React Flow`, await measureBare(size, bare.url))
    }
} finally {
  await bare.close()
}
