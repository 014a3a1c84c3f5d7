// Latency of typing into a node, at rest and while sixteen others stream text.
import { openEditorPage, quantile, realWorker, streamingWorker, tell, typeLetters } from './editor-page.mjs'

/** Sixteen writers, and a text that is typed in. `seeds`: how many stories each of them writes. */
function sixteenWriters(seeds) {
  const nodes = {
    note: { type: 'text/text', inputs: { text: '' }, view: { x: -240, y: 500, width: 220 } },
    model: {
      type: 'loading/model',
      inputs: { file: 'demo/storyteller.gguf' },
      view: { x: -240, y: 0, width: 220 },
    },
  }
  if (seeds > 1)
    nodes.seeds = {
      type: 'matrix/seeds',
      inputs: { count: seeds, seed: Date.now() % 1e6 },
      view: { x: -240, y: 250, width: 220 },
    }
  for (let i = 0; i < 16; i++)
    nodes[`story-${i}`] = {
      type: 'generation/generate',
      inputs: {
        prompt: `Tell me a story about the sea, number ${i}.`,
        maxTokens: 200,
        ...(seeds > 1 ? {} : { seed: i }),
      },
      links: { model: ['model', 'model'], ...(seeds > 1 && { seed: ['seeds', 'seed'] }) },
      view: { x: (i % 8) * 240, y: Math.floor(i / 8) * 520, width: 220 },
    }
  return { format: 'woolgather', version: 1, name: 'Sixteen', nodes }
}

const show = (values) =>
  `median ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms, worst ${Math.max(...values).toFixed(1)} ms`

for (const [name, workerEntry, seeds] of [
  ['16 nodes at 25 words a second each', streamingWorker, 1],
  ['16 nodes on the demo model, 40 stories each', realWorker, 40],
]) {
  const { server, page, openWorkflow, close } = await openEditorPage({ workerEntry })
  try {
    await page.goto(server.url)
    await page.locator('.react-flow__node').first().waitFor()
    await openWorkflow(sixteenWriters(seeds))
    await page
      .locator('.worker-state', { hasText: /Ready|Streaming/ })
      .first()
      .waitFor()
      .catch(() => {})
    await page.waitForTimeout(1500)
    const rest = await typeLetters(page, 80, 70)
    await page.keyboard.press('Control+Enter')
    await page.locator('[data-node-id=story-3][data-status=running]').waitFor()
    await page.waitForTimeout(500)
    const streaming = await typeLetters(page, 80, 70)
    const running = await page.locator('[data-status=running]').count()
    console.log(`${name}${running > 0 ? '' : ' (ended before the last letter)'}`)
    console.log(`  at rest: ${show(rest)}`)
    console.log(`  streaming: ${show(streaming)}`)
    tell('  added to the 95th percentile', quantile(streaming, 0.95) - quantile(rest, 0.95), 50)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  } finally {
    await close()
  }
}
