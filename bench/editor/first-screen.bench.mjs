// What the first visit costs: bytes as they travel, and the time until the graph is there.
import { gzipSync } from 'node:zlib'
import { openEditorPage, quantile, tell } from './editor-page.mjs'

const { server, browser, close } = await openEditorPage()
try {
  const times = []
  let sizes = new Map()
  for (let visit = 0; visit < 7; visit++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
    const page = await context.newPage()
    sizes = new Map()
    const bodies = []
    page.on('response', (response) => {
      const kind = response.request().resourceType()
      if (!['script', 'stylesheet', 'document'].includes(kind)) return
      bodies.push(response.body().then((body) => sizes.set(response.url(), gzipSync(body).length)))
    })
    await page.goto(server.url)
    const useful = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const look = () => {
            const node = document.querySelector('.react-flow__node')
            if (!node || getComputedStyle(node).visibility !== 'visible') return requestAnimationFrame(look)
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
          }
          look()
        }),
    )
    await page.waitForTimeout(700)
    await Promise.all(bodies)
    times.push(useful)
    await context.close()
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  tell('first screen, scripts and styles, gzipped', bytes / 1000, 300, 'kB')
  tell('first useful paint, median of 7 fresh visits', quantile(times, 0.5), 1000)
} finally {
  await close()
}
