// Installs the packages that the lockfile names, less llama.cpp's binaries for devices this machine has not.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { usable } from './devices.mjs'
import { root, run } from './run.mjs'

const stampFile = path.join(root, 'node_modules/.woolgather-installed')

/** npm prefers it to package-lock.json; it is there only while npm runs. */
const shrinkwrap = path.join(root, 'npm-shrinkwrap.json')

/** Does nothing where what is wanted now is what was installed last. */
export function install() {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const leftOut = leaveOut(lock)
  const stamp = createHash('sha256').update(JSON.stringify(lock)).update(process.version).digest('hex')
  rmSync(shrinkwrap, { force: true })
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  const without = leftOut.length === 0 ? '' : ` without ${leftOut.join(', ')}: no use for them here`
  console.log(`Installing packages (npm ci)${without}…`)
  runNpm(lock)
  console.log(`Installed ${megabytes(path.join(root, 'node_modules'))} MB in node_modules.`)
  mkdirSync(path.dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
}

/**
 * Marks binaries this machine cannot use as made for no system, so that npm passes them over like those for Windows.
 * @returns their names, without the scope
 */
function leaveOut(lock) {
  const scope = 'node_modules/@node-llama-cpp/'
  const offered = Object.entries(lock.packages).filter(
    ([place, { os, cpu }]) =>
      place.startsWith(scope) && os.includes(process.platform) && cpu.includes(process.arch),
  )
  const useless = offered.filter(([place]) => !usable(place.slice(scope.length)))
  for (const [, entry] of useless) entry.os = ['none']
  return useless.map(([place]) => place.slice(scope.length))
}

function runNpm(lock) {
  // Ctrl-C ends npm; this process stays to take the file away.
  const stay = () => {}
  process.on('SIGINT', stay)
  process.on('exit', removeShrinkwrap)
  writeFileSync(shrinkwrap, JSON.stringify(lock))
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
  })
  removeShrinkwrap()
  process.off('exit', removeShrinkwrap)
  process.off('SIGINT', stay)
}

function removeShrinkwrap() {
  rmSync(shrinkwrap, { force: true })
}

function megabytes(folder) {
  const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0)
  return Math.round(bytes / 1e6)
}
