import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

const full = process.env['WOOLGATHER_TEST_FULL'] === '1'

/** Lines of a table, whatever its columns are padded to. */
const rowsOf = (text: string): string[] =>
  [...text.matchAll(/^\|.*\|$/gm)]
    .map(([row]) => row.replace(/ *\| */g, '|'))
    .filter((row) => !/^[|-]+$/.test(row))

test.runIf(full)('a hundred workers come to what their page says, with the policy as it is now', () => {
  const page = readFileSync(path.join(root, 'docs/many-machines-simulated.md'), 'utf8')
  const said = execFileSync(process.execPath, [path.join(root, 'bench/fabric/simulation.bench.mjs')], {
    encoding: 'utf8',
  })
  expect(rowsOf(page)).toEqual(rowsOf(said))
  expect(rowsOf(said)).toHaveLength(5)
})
