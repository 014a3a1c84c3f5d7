import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { hashOf, newest, packageOf } from './fresh-bundle.mjs'
import { root } from './run.mjs'

function appBuiltFrom(builtFrom) {
  const folder = mkdtempSync(join(tmpdir(), 'woolgather-bundle-'))
  mkdirSync(join(folder, 'bundle'))
  if (builtFrom) writeFileSync(join(folder, 'bundle/built-from.json'), JSON.stringify(builtFrom))
  return pathToFileURL(`${folder}/`)
}

const entryOf = (app) => newest(app, 'main.js').slice(app.href.length)

test('an app starts with its bundle while all it was built from is as it was, and with what tsc wrote otherwise', () => {
  const now = { 'packages/workflow': hashOf('packages/workflow'), nodes: hashOf('nodes') }
  expect(entryOf(appBuiltFrom(now))).toBe('bundle/main.js')
  expect(entryOf(appBuiltFrom({ ...now, nodes: 'of other sources' }))).toBe('dist/main.js')
  expect(entryOf(appBuiltFrom({ ...now, 'packages/gone': 'of a package that is no more' }))).toBe(
    'dist/main.js',
  )
  expect(entryOf(appBuiltFrom(undefined))).toBe('dist/main.js')
})

test('modules belong to the package whose folder they were built in', () => {
  const modules = ['packages/workflow/dist/index.js', 'apps/cli/dist/batch/x.js', 'nodes/dist/index.js']
  expect(modules.map((its) => packageOf(join(root, its)))).toEqual(['packages/workflow', 'apps/cli', 'nodes'])
  expect(packageOf(join(root, 'node_modules/zod/dist/index.js'))).toBe(undefined)
  expect(packageOf(join(root, 'apps/cli/node_modules/commander/dist/index.js'))).toBe(undefined)
  expect(packageOf('/elsewhere/dist/index.js')).toBe(undefined)
})
