// 1,000 real nodes: opening them, and moving about near and far.
import { measureFrames, openEditorPage, quantile, tell } from './editor-page.mjs'
import { chains } from './chains.mjs'

const { server, page, openWorkflow, close } = await openEditorPage()
try {
  await page.goto(server.url)
  await page.locator('.react-flow__node').first().waitFor()
  await page.waitForTimeout(1500)
  tell('1,000 nodes opened and drawn', await openWorkflow(chains(1003)), 1500)
  await page.waitForTimeout(1500)

  /** A drag of the canvas to and fro, as the pointer sends it. */
  const pan = (frame) => {
    const pane = document.querySelector('.react-flow__pane')
    const at = { clientX: 640 + 220 * Math.sin(frame / 9), clientY: 380 + 120 * Math.cos(frame / 13) }
    const event = (type) =>
      new MouseEvent(type, { ...at, bubbles: true, cancelable: true, button: 0, buttons: 1, view: window })
    if (frame === 1) pane.dispatchEvent(event('mousedown'))
    window.dispatchEvent(event('mousemove'))
    if (frame === 118) window.dispatchEvent(event('mouseup'))
  }
  const drags = []
  for (let drag = 0; drag < 3; drag++) drags.push(await measureFrames(page, pan))
  const far = drags.flat()
  tell('all in view, panning: median frame', quantile(far, 0.5), 33)
  console.log(
    `  of each of three drags, the first with code not compiled yet: ` +
      drags.map((frames) => `${quantile(frames, 0.5).toFixed(1)} ms`).join(', '),
  )
  console.log(`  95th percentile ${quantile(far, 0.95).toFixed(1)} ms`)

  /** The wheel, as it zooms: in and out again around the middle. */
  const zoom = (frame) =>
    document.querySelector('.react-flow__pane').dispatchEvent(
      new WheelEvent('wheel', {
        clientX: 640,
        clientY: 380,
        deltaY: frame < 60 ? -12 : 12,
        bubbles: true,
        cancelable: true,
        view: window,
      }),
    )
  const zoomed = await measureFrames(page, zoom)
  console.log(
    `all in view, zooming: median ${quantile(zoomed, 0.5).toFixed(1)} ms, p95 ${quantile(zoomed, 0.95).toFixed(1)} ms`,
  )

  await page.getByRole('button', { name: /^Zoom \d+%, reset/ }).click()
  await page.waitForTimeout(1500)
  const near = await measureFrames(page, pan)
  tell('zoomed in, panning: median frame', quantile(near, 0.5), 16.8)
  tell('zoomed in, panning: 95th percentile', quantile(near, 0.95), 34)
} finally {
  await close()
}
