import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { installPackages } from './apt.mjs'

/** What to do where there is none. */
export const noNatsServer =
  'No nats-server found: the tests of work on several machines are skipped. Install it (on Debian and Ubuntu: apt-get install nats-server), or set NATS_SERVER_PATH to one.'

/** Where Debian puts it, which is not in everyone's PATH. */
const places = ['/usr/sbin/nats-server', '/usr/local/bin/nats-server', '/opt/homebrew/bin/nats-server']

/** Path of a nats-server, or undefined. `NATS_SERVER_PATH` decides where it is set. */
export function findNatsServer() {
  if (process.env.NATS_SERVER_PATH) return process.env.NATS_SERVER_PATH
  const found = spawnSync('which', ['nats-server'], { encoding: 'utf8' })
  if (found.status === 0) return found.stdout.trim()
  return places.find((place) => existsSync(place))
}

/** Installs Debian's or Ubuntu's nats-server where that can be done without asking anyone, and says where it cannot. */
export async function installNatsServer() {
  if (findNatsServer() !== undefined) return
  if (process.getuid?.() === 0 && spawnSync('which', ['apt-get']).status === 0) {
    console.log('Installing nats-server for the tests of several machines (apt-get install nats-server)…')
    await installPackages('nats-server')
  }
  if (findNatsServer() === undefined) console.log(noNatsServer)
}
