// A step of the build of an app, after `tsc`: what its processes load at every start as a few large modules instead of
// hundreds of small ones, most of a start. Run in the app's folder: `node ../../scripts/bundle.mjs dist/main.js`.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { hashOf, packageOf } from './fresh-bundle.cjs'
import { root } from './run.mjs'
import { compiledFor } from './run-bundle.cjs'

const app = process.cwd()
const folder = join(app, 'bundle')

/** What brings native code of its own, which is loaded once for all who import it, or finds files beside itself; and what few load. */
const ownExternal = /^@woolgather\/ggml$/
const external = [ownExternal, /^koffi$/, /^libsql$/, /^node-llama-cpp/, /^@reflink\//, /^@aws-sdk\//]

/** `new URL('./thread.js', import.meta.url)`: a module that a thread begins with, or a file that is read. */
const besideIt = /new URL\('(\.\/[^']+)', import\.meta\.url\)/g

const takeWhatIsBeside = {
  name: 'take-what-is-beside',
  transform(code, id) {
    if (packageOf(id) === undefined) return
    for (const [, name] of code.matchAll(besideIt)) {
      const file = resolve(dirname(id), name)
      const fileName = basename(file)
      if (file.endsWith('.js')) this.emitFile({ type: 'chunk', id: file, fileName })
      else this.emitFile({ type: 'asset', fileName, source: readFileSync(file) })
    }
  },
}

/** Zod carries its messages in 50 languages, as much text as all else of it; it speaks English unless told otherwise. */
const onlyEnglish = {
  name: 'only-english',
  load(id) {
    if (/[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/.test(id))
      return "export { default as en } from './en.js'"
  },
}

/** Text of one byte a character takes half the memory, and less time. A character that was escaped needs it no more. */
const inAscii = (code) =>
  code.replace(/(\\\\)|\\?([^\x00-\x7f])/g, (_, pair, unit) =>
    pair === undefined ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}` : pair,
  )

/** What is compiled ahead cannot import what only its run names; who loads bundles can, and hands them its `import`. */
const handedImport = {
  name: 'handed-import',
  transform: (code, id) =>
    packageOf(id) && code.replaceAll('import(__rewriteRelativeImportExtension(', 'handedImport(('),
}

rmSync(folder, { recursive: true, force: true })
const bundle = await rolldown({
  input: process.argv.slice(2),
  platform: 'node',
  external,
  plugins: [takeWhatIsBeside, onlyEnglish, handedImport],
  onLog(level, log, handle) {
    // Of other people's packages, as they were published.
    if (log.code !== 'EVAL') handle(level, log)
  },
})
const { output } = await bundle.write({
  dir: folder,
  format: 'cjs',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  sourcemap: true,
  // Less to read; names stay, for those who read what went wrong.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
})
await bundle.close()

// Around it is a package of ES modules.
writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
for (const { type, fileName } of output) {
  if (type !== 'chunk') continue
  const file = join(folder, fileName)
  writeFileSync(file, inAscii(readFileSync(file, 'utf8')))
  const { beside, data } = compiledFor(file)
  writeFileSync(beside, data)
}

const modules = output.flatMap((chunk) => chunk.moduleIds ?? [])
const imports = output.flatMap((chunk) => [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])])
// What stays outside but is ours counts as well: a bundle made for another version of it may not fit.
if (imports.some((name) => ownExternal.test(name))) modules.push(join(root, 'packages/ggml/dist/index.js'))
const packages = new Set(modules.map(packageOf).filter((its) => its !== undefined))
const builtFrom = Object.fromEntries([...packages].map((its) => [its, hashOf(its)]))
writeFileSync(join(folder, 'built-from.json'), JSON.stringify(builtFrom))
