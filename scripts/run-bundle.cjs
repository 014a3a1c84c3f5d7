// Runs a bundle, whose modules were compiled when it was built: compiling them is a third of a start.
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const vm = require('node:vm')

/**
 * Begins with a module of a bundle.
 * @param {string} folder
 * @param {string} entry
 */
function runBundle(folder, entry) {
  const fromOutside = createRequire(path.join(folder, entry))
  const begun = new Map()
  const requireAny = (name) => (name.startsWith('./') ? requireOurs(name.slice(2)) : fromOutside(name))
  const requireOurs = (name) => {
    const known = begun.get(name)
    if (known) return known.exports
    const module = { exports: {} }
    begun.set(name, module)
    const file = path.join(folder, name)
    const run = compile(file, readFileSync(compiledBeside(file))).runInThisContext()
    run(module.exports, requireAny, module, file, folder, handedImport)
    return module.exports
  }
  requireOurs(entry)
}

/** `import` of what only a run names: V8 keeps nothing of compiled modules by which they could. */
const handedImport = (url) => import(url)

/** What to write beside a module of a bundle, which is of characters of one byte. */
function compiledFor(file) {
  return { beside: compiledBeside(file), data: compile(file).createCachedData() }
}

const compiledBeside = (file) => `${file}.compiled`

/** As Node wraps CommonJS modules. V8 takes only what the same V8 has made, with the same flags, and compiles otherwise. */
function compile(file, cachedData) {
  const source = readFileSync(file, 'latin1')
  const parameters = 'exports, require, module, __filename, __dirname, handedImport'
  return new vm.Script(`(function (${parameters}) { ${source}\n})`, { filename: file, cachedData })
}

module.exports = { compiledFor, runBundle }
