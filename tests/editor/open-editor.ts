import { once } from 'node:events'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { inject } from 'vitest'
import { findChromium, noChromium } from '../../scripts/browser.mjs'
import { createScratch, type Scratch } from '../scratch.ts'
import { findWorker, readUrl, startServer } from '../server.ts'

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
  /** Waits until a notice with this text was shown since the last that was waited for: they go away by themselves. */
  told: (text: string) => Promise<void>
  /** Answers what the workflow is to be called, which the first save asks: as suggested, or by another name. */
  nameIt: (name?: string) => Promise<void>
  /** Some frames in which nothing moved. */
  rest: () => Promise<void>
  /** Another window, of somebody else as far as the browser knows. */
  openPage: () => Promise<Page>
  /** The process that runs workflows now. */
  workerPid: () => Promise<number>
  /** The server is gone, as if its machine were switched off. */
  killServer: () => Promise<void>
  /** It is there again, at the same address, with what it had on disk. */
  bringServerBack: () => Promise<void>
}

/** A name as that of a machine in the next room: over plain HTTP no secure context, as 127.0.0.1 is one. */
export const elsewhere = 'gpu-machine.test'

/**
 * What Chromium need not do here. A window has its suggestions below the address drawn by two pages of their own, at
 * more than half of what opening the editor costs. Chromium heeds one such list alone: the rest is Playwright's.
 */
const unused = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
]

let browser: Promise<Browser> | undefined

/** One for all files of tests that this process runs: starting it takes longer than many a test. */
function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(noChromium)
  return chromium.launch({
    executablePath,
    timeout: inject('patience'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      `--disable-features=${unused.join(',')}`,
      `--host-resolver-rules=MAP ${elsewhere} 127.0.0.1`,
    ],
  })
}

export interface OpenOptions {
  nodes?: readonly string[]
  /** The name of the machine that the page comes from; absent: its number. */
  host?: string
  /** Its models are on workers of a fabric, the folder `fabric` of its scratch. */
  fabric?: boolean
}

/** A real server with a real worker on the demo model, and Chromium looking at its editor. */
export async function openEditor({ nodes = [], host, fabric = false }: OpenOptions = {}): Promise<Editor> {
  const chrome = await (browser ??= launchChromium())
  const scratch = await createScratch()
  const options = { nodes, ...(host !== undefined && { host }), fabric }
  let server = startServer(scratch, options)
  const printed = await readUrl(server)
  const url = host === undefined ? printed : printed.replace('127.0.0.1', host)
  const contexts: BrowserContext[] = []
  const openPage = async (): Promise<Page> => {
    const context = await chrome.newContext({
      viewport: { width: 1280, height: 720 },
      reducedMotion: 'reduce',
    })
    contexts.push(context)
    context.setDefaultTimeout(inject('patience'))
    return context.newPage()
  }
  const page = await openPage()
  await slowDown(page)
  await page.addInitScript(keepNotices)
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
    async told(text) {
      await page.waitForFunction(takeNotice, text)
    },
    async nameIt(name) {
      const question = page.getByRole('dialog', { name: 'Save the workflow' })
      if (name !== undefined) await question.getByLabel('Name').fill(name)
      await question.getByRole('button', { name: 'Save', exact: true }).click()
      await question.waitFor({ state: 'detached' })
    },
    rest,
    openPage,
    workerPid: () => findWorker(server.pid ?? 0),
    async killServer() {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
    async bringServerBack() {
      server = startServer(scratch, { ...options, port: new URL(url).port })
      await readUrl(server)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(contexts.map((context) => context.close()))
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

/** Runs in the page, before anything else: keeps what notices say. */
function keepNotices(): void {
  const said: string[] = []
  Object.assign(window, { said })
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element && node.matches('.notice')) said.push(node.textContent)
  }).observe(document, { childList: true, subtree: true })
}

/** Runs in the page: whether a notice with this text was shown; it and those before are forgotten. */
function takeNotice(text: string): boolean {
  const { said } = window as unknown as { said: string[] }
  const at = said.findIndex((one) => one.includes(text))
  said.splice(0, at + 1)
  return at >= 0
}

async function middle(element: Locator): Promise<[number, number]> {
  const box = await element.boundingBox()
  if (!box) throw new Error(`${element.toString()} is not on the page`)
  return [box.x + box.width / 2, box.y + box.height / 2]
}
