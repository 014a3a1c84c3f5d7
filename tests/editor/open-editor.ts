import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { chromium, type Locator, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/browser.mjs'
import { createScratch, root, type Scratch } from '../cli.ts'

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
}

/** A real server with a real worker on the demo model, and Chromium looking at its editor. */
export async function openEditor(): Promise<Editor> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error(
      'No Chromium found. Install it (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM_PATH to one.',
    )
  }
  const scratch = await createScratch()
  const server = startServer(scratch)
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
  await page.goto(url)
  const node = (name: string): Locator =>
    page.locator(`[data-node-id="${name}"], [data-node-id][aria-label="${name}"]`).first()
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
    async [Symbol.asyncDispose]() {
      await browser.close()
      server.kill('SIGTERM')
      await once(server, 'exit')
      await scratch[Symbol.asyncDispose]()
    },
  }
}

function startServer(scratch: Scratch): ChildProcess {
  const folders = ['--data', scratch.path('data'), '--output', scratch.path('output')]
  return spawn(
    process.execPath,
    [path.join(root, 'apps/cli/dist/main.js'), 'serve', '--port', '0', ...folders],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

function readUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const url = /^http:\S+/m.exec(printed)?.[0]
      if (url !== undefined) resolve(url)
    })
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${printed}`)))
  })
}

async function middle(element: Locator): Promise<[number, number]> {
  const box = await element.boundingBox()
  if (!box) throw new Error(`${element.toString()} is not on the page`)
  return [box.x + box.width / 2, box.y + box.height / 2]
}
