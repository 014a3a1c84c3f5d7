// A real server, with the worker asked for, and headless Chromium looking at its editor.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { findChromium } from '../../scripts/browser.mjs'
import { startServer } from '../../apps/server/dist/index.js'

const fromServer = createRequire(new URL('../../apps/server/package.json', import.meta.url))
const { pino } = fromServer('pino')
const at = (file) => fileURLToPath(new URL(file, import.meta.url))

/** The worker that runs nodes, and one that only tells what such a worker would: tokens at a steady rate. */
export const realWorker = at('../../apps/worker/dist/main.js')
export const streamingWorker = at('streaming-worker.mjs')

/** Opens the editor at 1280 × 720. `close` ends everything that was started. */
export async function openEditorPage({ workerEntry = realWorker } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-bench-'))
  const server = await startServer({
    port: 0,
    folders: { models: [at('../../models')], output: folder, data: path.join(folder, 'data') },
    workerEntry,
    workerEnv: { WOOLGATHER_GPU: 'cpu' },
    editorFolder: at('../../apps/editor/dist'),
    examplesFolder: at('../../workflows'),
    logger: pino({ level: 'silent' }),
  })
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  return {
    server,
    browser,
    page,
    /** Opens a workflow as a file; resolves once all its nodes are drawn, with the milliseconds that took. */
    openWorkflow: async (workflow) => {
      const file = path.join(folder, 'workflow.json')
      writeFileSync(file, JSON.stringify(workflow))
      const drawn = page.evaluate(untilDrawn, Object.keys(workflow.nodes).length)
      await page.getByLabel('Workflow file').setInputFiles(file)
      return drawn
    },
    close: async () => {
      await browser.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * In the page: from the change of the file field until the graph is the one with this many nodes, and what of it is drawn (of a large
 * one what is seen, as elements of the page or painted on a canvas) has been the same, visible and painted for three frames.
 */
function untilDrawn(count) {
  return new Promise((resolve) => {
    let began
    let [drawn, frames] = [0, 0]
    document
      .querySelector('[aria-label="Workflow file"]')
      .addEventListener('change', () => (began = performance.now()), { capture: true, once: true })
    const isOpen = () => document.body.innerText.replaceAll(',', '').includes(`${count} nodes`)
    const look = () => {
      const nodes = document.querySelectorAll('.react-flow__node')
      const isHidden = nodes.length > 0 && getComputedStyle(nodes[nodes.length - 1]).visibility !== 'visible'
      const now = nodes.length + Number(document.querySelector('.painted-graph')?.dataset.painted ?? 0)
      frames = began !== undefined && !isHidden && now > 0 && now === drawn && isOpen() ? frames + 1 : 0
      drawn = now
      if (frames < 3) return requestAnimationFrame(look)
      // After the frame in which they became visible.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
    }
    look()
  })
}

/** Types letters into the text of the node `note`; milliseconds from each press to the end of the frame that shows it. */
export async function typeLetters(page, letters, pause) {
  await page.evaluate(() => {
    window.latencies = []
    window.note = (event) => {
      if (event.key.length !== 1) return
      const pressed = event.timeStamp
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => window.latencies.push(performance.now() - pressed)
        port2.postMessage(0)
      })
    }
    addEventListener('keydown', window.note, true)
  })
  await page.locator('[data-node-id=note] textarea').click()
  for (let i = 0; i < letters; i++) {
    await page.keyboard.press('abcdefgh'[i % 8])
    await page.waitForTimeout(pause)
  }
  return page.evaluate(() => {
    removeEventListener('keydown', window.note, true)
    return window.latencies
  })
}

/** In the page: lengths of frames in milliseconds while `act` moves things, called once for each frame. */
export async function measureFrames(page, act, frames = 120) {
  const move = await page.evaluateHandle(`(${act.toString()})`)
  return page.evaluate(
    ({ move, frames }) =>
      new Promise((resolve) => {
        const lengths = []
        let last
        const step = (now) => {
          if (last !== undefined) lengths.push(now - last)
          last = now
          if (lengths.length >= frames) return resolve(lengths)
          move(lengths.length)
          requestAnimationFrame(step)
        }
        requestAnimationFrame(step)
      }),
    { move, frames },
  )
}

export const quantile = (values, part) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]

/** A figure beside its aim. */
export function tell(what, value, aim, unit = 'ms') {
  const met = value <= aim ? 'met' : 'NOT met'
  console.log(`${what}: ${value.toFixed(1)} ${unit} (aim at most ${aim} ${unit}: ${met})`)
}
