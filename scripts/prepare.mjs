import path from 'node:path'
import { install } from './install.mjs'
import { root, run } from './run.mjs'

/**
 * Installs the packages the lockfile names, unless they are there, and builds what changed of `apps` and what they
 * need (everything, where no app is named). Says what it does.
 */
export function prepare(...apps) {
  checkNode()
  install()
  build(apps)
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 20) return
  console.error(`Woolgather needs Node.js 20 or newer; this is ${process.version}. Get it from nodejs.org.`)
  process.exit(2)
}

/** turbo skips what did not change. */
function build(apps) {
  console.log('Building what changed…')
  const filter = apps.map((app) => `--filter=@woolgather/${app}...`)
  run(process.execPath, [
    path.join(root, 'node_modules/turbo/bin/turbo'),
    'run',
    'build',
    '--ui=stream',
    '--output-logs=errors-only',
    '--no-update-notifier',
    ...filter,
  ])
}
