import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { installPackages } from './apt.mjs'

/** What to do where there is none. */
export const noChromium =
  'No Chromium found: the tests in tests/editor fail without one. Install it (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM_PATH to one.'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Path of a Chromium that can be driven, or undefined. `CHROMIUM_PATH` decides where it is set. */
export function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  if (process.platform === 'darwin') {
    const app = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    return existsSync(app) ? app : undefined
  }
  for (const name of names) {
    const found = spawnSync('which', [name], { encoding: 'utf8' })
    if (found.status === 0) return found.stdout.trim()
  }
  return undefined
}

/** Installs Debian's or Ubuntu's Chromium where that can be done without asking anyone, and says where it cannot. */
export async function installChromium() {
  if (findChromium() !== undefined) return
  if (process.getuid?.() === 0 && spawnSync('which', ['apt-get']).status === 0) {
    console.log('Installing Chromium for the browser tests (apt-get install chromium)…')
    await installPackages('chromium')
  }
  if (findChromium() === undefined) console.log(noChromium)
}
