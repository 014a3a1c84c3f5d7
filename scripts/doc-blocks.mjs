// What in the pages of docs/ follows from tables in the code: `npm run docs` writes it, tests/docs.test.ts guards it.
import path from 'node:path'
import { endpoints } from '@woolgather/protocol'
import { format, resolveConfig } from 'prettier'
import { describeEndpoints } from './describe-endpoints.mjs'
import { root } from './run.mjs'

/** By page and name of the block, which stands between `<!-- name -->` and `<!-- /name -->`. */
export const blocks = {
  'docs/server.md': { endpoints: () => describeEndpoints(endpoints) },
}

/**
 * A page with its blocks as they should be.
 * @param {keyof typeof blocks} page
 * @param {string} text as it stands
 */
export async function fillBlocks(page, text) {
  const filled = Object.entries(blocks[page]).reduce((before, [name, describe]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const start = before.indexOf(open)
    const end = before.indexOf(close, start)
    if (start < 0 || end < 0) throw new Error(`${page} has no block ${open} … ${close}`)
    return `${before.slice(0, start)}${open}\n\n${describe()}\n\n${before.slice(end)}`
  }, text)
  return format(filled, { ...(await resolveConfig(path.join(root, page))), parser: 'markdown' })
}
