import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hashOf, packageOf, start } from './fresh-bundle.cjs'
import { compiledFor } from './run-bundle.cjs'
import { root } from './run.mjs'

/** An app whose modules name what they are of, twice: what a bundle loads later, and what it is asked for again. */
function appBuiltFrom(builtFrom) {
  const app = mkdtempSync(join(tmpdir(), 'woolgather-bundle-'))
  const write = (name, text) => writeFileSync(join(app, name), text)
  for (const folder of ['bundle', 'dist']) mkdirSync(join(app, folder))
  write('package.json', '{ "type": "module" }')
  write('dist/main.js', "globalThis.begun.push('dist')")
  write('bundle/package.json', '{ "type": "commonjs" }')
  write('bundle/part.js', "exports.sep = require('node:path').sep; exports.name = () => 'bundle'")
  write(
    'bundle/main.js',
    `globalThis.begun.push(require('./part.js').name())
    handedImport('node:path')
    if (require('./part.js') !== require('./part.js') || typeof require('./part.js').sep !== 'string') throw 0`,
  )
  for (const name of ['main.js', 'part.js']) {
    const { beside, data } = compiledFor(join(app, 'bundle', name))
    writeFileSync(beside, data)
  }
  if (builtFrom) write('bundle/built-from.json', JSON.stringify(builtFrom))
  return app
}

async function begin(app) {
  globalThis.begun = []
  await start(app, 'main.js')
  return globalThis.begun
}

test('an app starts with its bundle while all it was built from is as it was, and with what tsc wrote otherwise', async () => {
  const now = { 'packages/workflow': hashOf('packages/workflow'), nodes: hashOf('nodes') }
  expect(await begin(appBuiltFrom(now))).toEqual(['bundle'])
  expect(await begin(appBuiltFrom({ ...now, nodes: 'of other sources' }))).toEqual(['dist'])
  expect(await begin(appBuiltFrom({ ...now, 'packages/gone': 'of a package that is no more' }))).toEqual([
    'dist',
  ])
  expect(await begin(appBuiltFrom(undefined))).toEqual(['dist'])
})

test('what another version of Node compiled is not taken: the bundle is compiled anew', async () => {
  const app = appBuiltFrom({})
  writeFileSync(join(app, 'bundle/part.js.compiled'), 'of another version')
  expect(await begin(app)).toEqual(['bundle'])
})

test('modules belong to the package whose folder they were built in', () => {
  const modules = ['packages/workflow/dist/index.js', 'apps/cli/dist/batch/x.js', 'nodes/dist/index.js']
  expect(modules.map((its) => packageOf(join(root, its)))).toEqual(['packages/workflow', 'apps/cli', 'nodes'])
  expect(packageOf(join(root, 'node_modules/zod/dist/index.js'))).toBe(undefined)
  expect(packageOf(join(root, 'apps/cli/node_modules/commander/dist/index.js'))).toBe(undefined)
  expect(packageOf('/elsewhere/dist/index.js')).toBe(undefined)
})
