// Which modules a process of an app begins with: its bundle, or what `tsc` wrote where that is newer.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './run.mjs'

/**
 * @param {URL} app folder of the app
 * @param {string} entry name of the module
 * @returns {string} its URL
 */
export function newest(app, entry) {
  return new URL(`${isFresh(app) ? 'bundle' : 'dist'}/${entry}`, app).href
}

function isFresh(app) {
  try {
    const builtFrom = JSON.parse(readFileSync(new URL('bundle/built-from.json', app), 'utf8'))
    return Object.entries(builtFrom).every(([its, hash]) => hashOf(its) === hash)
  } catch {
    return false
  }
}

/** Of what `tsc` says it built a package from, and of what it uses: other sources or versions, another hash. */
export function hashOf(folder) {
  const hash = createHash('sha1')
  for (const file of ['dist/.tsbuildinfo', 'package.json'])
    hash.update(readFileSync(join(root, folder, file)))
  return hash.digest('base64')
}

/** Folder, below the root, of the package of ours that a built module belongs to; undefined where it belongs to none. */
export function packageOf(module) {
  const path = relative(root, module).replaceAll('\\', '/')
  return path.includes('node_modules/') ? undefined : /^([^.].*)\/dist\//.exec(path)?.[1]
}
