#!/usr/bin/env node
import { existsSync } from 'node:fs'
// @boundaries-ignore the build of an app and its start have this in common, and scripts are no package
import { newest } from '../../../scripts/fresh-bundle.mjs'

const app = new URL('..', import.meta.url)
if (!existsSync(new URL('dist/main.js', app))) {
  console.error('woolgather: not built yet; run `npm run build` in the checkout first')
  process.exit(1)
}
await import(newest(app, 'main.js'))
