import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openEditorPage } from '../../bench/editor/editor-page.mjs'
import { root } from '../run.mjs'
import { filmGrid } from './film.mjs'
import { exportGrid, knobs } from './knobs.mjs'
import { pages } from './pages.mjs'
import { takeExample } from './take-example.mjs'
import { takePage } from './take-page.mjs'
import { toWebp } from './webp.mjs'

const ofExamples = path.join(root, 'apps/editor/public/examples')
const ofPages = path.join(root, 'docs/images')

/** @param names of pictures to take again; none: all */
export async function takePictures(names) {
  const wanted = (name) => names.length === 0 || names.includes(name)
  const examples = readdirSync(path.join(root, 'workflows'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
  const editor = await openEditorPage()
  const { url } = editor.server
  for (const id of examples.filter(wanted)) {
    await save(ofExamples, id, editor, {}, async (page) =>
      toWebp(page, await takeExample(page, url, id), { width: 440, quality: 0.7 }),
    )
  }
  for (const [name, shot] of Object.entries(pages).filter(([name]) => wanted(name))) {
    await save(ofPages, name, editor, shot, async (page) =>
      toWebp(page, await takePage(page, url, shot), { width: 1600, quality: 0.75 }),
    )
  }
  for (const [name, workflow] of Object.entries(knobs).filter(([name]) => wanted(name))) {
    await save(ofPages, name, editor, {}, async (page) =>
      toWebp(page, await exportGrid(page, url, workflow), { width: 800, quality: 0.6 }),
    )
  }
  if (wanted('filling')) await save(ofPages, 'filling', editor, {}, (page) => filmGrid(page, url))
  await editor.close()
}

/** Takes a picture in a window of its own, so that none shows what another did. */
async function save(folder, name, { browser }, { colorScheme = 'light' }, take) {
  mkdirSync(folder, { recursive: true })
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    deviceScaleFactor: 2,
    reducedMotion: 'reduce',
    colorScheme,
  })
  writeFileSync(path.join(folder, `${name}.webp`), await take(await context.newPage()))
  await context.close()
  console.log(name)
}
