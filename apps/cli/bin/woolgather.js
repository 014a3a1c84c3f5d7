#!/usr/bin/env node
const { existsSync } = require('node:fs')
const path = require('node:path')
// @boundaries-ignore the build of an app and its start have this in common, and scripts are no package
const { start } = require('../../../scripts/fresh-bundle.cjs')

const app = path.join(__dirname, '..')
if (!existsSync(path.join(app, 'dist/main.js'))) {
  console.error('woolgather: not built yet; run `npm run build` in the checkout first')
  process.exit(1)
}
void start(app, 'main.js')
