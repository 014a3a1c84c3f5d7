// Makes the pictures of README, docs and the examples dialog from today's editor: `npm run pictures [-- name…]`.
import { installChromium } from './browser.mjs'
import { prepare } from './prepare.mjs'

prepare()
await installChromium()
const { takePictures } = await import('./pictures/take-pictures.mjs')
await takePictures(process.argv.slice(2))
