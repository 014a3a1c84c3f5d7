// Which modules a process of an app begins with: its bundle, or what `tsc` wrote where that is newer. CommonJS, as bundles
// are: what loads ES modules need not be started for it.
const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { runBundle } = require('./run-bundle.cjs')

const root = path.join(__dirname, '..')

/**
 * Begins with a module of an app.
 * @param {string} app its folder
 * @param {string} entry name of the module
 */
async function start(app, entry) {
  // What is outside of bundles are ES modules, which the CommonJS modules in them require: older Node cannot.
  const canRun = process.features.require_module === true && isFresh(app)
  if (canRun) runBundle(path.join(app, 'bundle'), entry)
  else await import(pathToFileURL(path.join(app, 'dist', entry)).href)
}

/** Whether a bundle was built from what is there now. */
function isFresh(app) {
  try {
    const builtFrom = JSON.parse(readFileSync(path.join(app, 'bundle/built-from.json'), 'utf8'))
    return Object.entries(builtFrom).every(([its, hash]) => hashOf(its) === hash)
  } catch {
    return false
  }
}

/** Of what `tsc` says it built a package from, and of what it uses: other sources or versions, another hash. */
function hashOf(folder) {
  const hash = createHash('sha1')
  for (const file of ['dist/.tsbuildinfo', 'package.json'])
    hash.update(readFileSync(path.join(root, folder, file)))
  return hash.digest('base64')
}

/** Folder, below the root, of the package of ours that a built module belongs to; undefined where it belongs to none. */
function packageOf(module) {
  const below = path.relative(root, module).replaceAll('\\', '/')
  return below.includes('node_modules/') ? undefined : /^([^.].*)\/dist\//.exec(below)?.[1]
}

module.exports = { hashOf, packageOf, start }
