import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { chromium, type Locator, type Page } from 'playwright-core'
import { findChromium, noChromium } from '../../scripts/browser.mjs'
import { createScratch, type Scratch } from '../cli.ts'
import { readUrl, startServer } from '../server.ts'

export interface Editor extends AsyncDisposable {
  page: Page
  scratch: Scratch
  /** The card of the node with this id, or with this title. */
  node: (name: string) => Locator
  output: (node: string, name: string) => Locator
  input: (node: string, name: string) => Locator
  /** Drags from the middle of one element to the middle of another, and stays there until `drop`. */
  drag: (from: Locator, to: Locator) => Promise<void>
  drop: () => Promise<void>
  /** Opens a workflow from a file in a graph that is drawn and at rest. */
  openFile: (file: string) => Promise<void>
  /** Brings everything into view: what lies below the window cannot be clicked. */
  showAll: () => Promise<void>
  /** The process that runs workflows now. */
  workerPid: () => Promise<number>
  /** The server is gone, as if its machine were switched off. */
  killServer: () => Promise<void>
  /** It is there again, at the same address, with what it had on disk. */
  bringServerBack: () => Promise<void>
}

/** A real server with a real worker on the demo model, and Chromium looking at its editor. */
export async function openEditor(): Promise<Editor> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(noChromium)
  const scratch = await createScratch()
  let server = startServer(scratch)
  const url = await readUrl(server)
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await slowDown(page)
  await page.goto(url)
  const node = (name: string): Locator =>
    page.locator(`[data-node-id="${name}"], [data-node-id][aria-label="${name}"]`).first()
  const rest = (): Promise<void> => page.evaluate(waitForRest)
  return {
    page,
    scratch,
    node,
    output: (name, output) => node(name).getByRole('button', { name: new RegExp(`^Output ${output},`) }),
    input: (name, input) => node(name).getByRole('button', { name: new RegExp(`^Input ${input},`) }),
    async drag(from, to) {
      await page.mouse.move(...(await middle(from)))
      await page.mouse.down()
      const [x, y] = await middle(to)
      await page.mouse.move(x - 20, y - 5, { steps: 5 })
      await page.mouse.move(x, y, { steps: 5 })
    },
    drop: () => page.mouse.up(),
    async openFile(file) {
      const before = await page.locator('.react-flow').elementHandle()
      await page.getByLabel('Workflow file').setInputFiles(file)
      // What is opened is drawn anew: while the old graph is there, a key or a click would reach that one.
      await page.waitForFunction((graph) => !graph?.isConnected, before)
      await rest()
    },
    async showAll() {
      await page.keyboard.press('Escape')
      await page.keyboard.press('f')
      await rest()
    },
    workerPid: () => findWorker(server.pid ?? 0),
    async killServer() {
      // The command passes its end on to the server it started.
      const pids = [server.pid ?? 0, await findServer(server.pid ?? 0)]
      const ended = once(server, 'exit')
      for (const pid of pids.toReversed()) process.kill(pid, 'SIGKILL')
      await ended
    },
    async bringServerBack() {
      server = startServer(scratch, new URL(url).port)
      await readUrl(server)
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      if (server.kill('SIGTERM')) await once(server, 'exit')
      await scratch[Symbol.asyncDispose]()
    },
  }
}

/** `SLOW_PAGE=4`: a page four times as slow as its test brings out what a test does not wait for. */
async function slowDown(page: Page): Promise<void> {
  const rate = Number(process.env['SLOW_PAGE'] ?? 1)
  if (rate <= 1) return
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate })
}

/** Runs in the page: some frames in which every node was visible, at one place. */
async function waitForRest(): Promise<void> {
  const look = (): string =>
    [...document.querySelectorAll('.react-flow__viewport, .react-flow__node')]
      .map((element) => element.getAttribute('style'))
      .join()
  let before = look()
  let still = 0
  while (still < 6) {
    await new Promise(requestAnimationFrame)
    const now = look()
    still = now === before && !now.includes('hidden') ? still + 1 : 0
    before = now
  }
}

async function middle(element: Locator): Promise<[number, number]> {
  const box = await element.boundingBox()
  if (!box) throw new Error(`${element.toString()} is not on the page`)
  return [box.x + box.width / 2, box.y + box.height / 2]
}

const findWorker = (parent: number): Promise<number> => findBelow(parent, /apps\/worker\//)
const findServer = (parent: number): Promise<number> => findBelow(parent, /apps\/server\//)

/** A process among those that a process started, directly or not; 0 where there is none. */
async function findBelow(parent: number, command: RegExp): Promise<number> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
  for (const pid of children.trim().split(' ').filter(Boolean).map(Number)) {
    if (command.test(await readFile(`/proc/${pid}/cmdline`, 'utf8'))) return pid
    const below = await findBelow(pid, command)
    if (below > 0) return below
  }
  return 0
}
