// @boundaries-ignore the build of an app and its start have this in common, and scripts are no package
import { newest } from '../../../scripts/fresh-bundle.mjs'

await import(newest(new URL('..', import.meta.url), 'main.js'))
