import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createScratch, root } from './scratch.ts'

const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'
const run = promisify(execFile)

interface Row {
  name: string
  /** By column. Absent: no tiny model can be made. */
  cells?: Record<string, { outcome: string; told?: string }>
}

/** What `npm run test:architectures` finds; nothing where it cannot compile llama.cpp's test, with the reason. */
async function testArchitectures(args: readonly string[]): Promise<{ rows: Row[]; notBuilt?: string }> {
  await using scratch = await createScratch()
  const json = scratch.path('found.json')
  const ended = run(process.execPath, ['tools/test-architectures/main.mjs', '--json', json, ...args], {
    cwd: root,
    maxBuffer: 64 << 20,
  })
  const { code, stderr } = await ended.then(
    () => ({ code: 0, stderr: '' }),
    (failed: { code: number; stderr: string }) => failed,
  )
  if (code === 3) return { rows: [], notBuilt: stderr }
  expect([0, 1], stderr).toContain(code)
  return { rows: (await scratch.readJson('found.json')) as Row[] }
}

/** Cells that say otherwise than they should, with what they say. */
function wrongOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ name, cells = {} }) =>
    Object.entries(cells)
      .filter(([, { outcome }]) => outcome === 'wrong' || outcome === 'dies')
      .map(([column, { outcome, told }]) => `${name}, ${column}: ${outcome}, ${told}`),
  )
}

const columns = ['load', 'generate', 'diffuse', 'batch', 'prefix', 'long', 'steer', 'embed']

test('models of each kind do what bare llama.cpp does: recurrent, hybrid, compressed attention, experts, windows, encoders, further predictions, diffusion; an encoder and a diffusion model refuse to write', async () => {
  const { rows } = await testArchitectures(['--kinds', ...(isFull ? [] : ['--cells', columns.join()])])
  expect(wrongOf(rows)).toEqual([])
  const refused = (row: Row): string[] =>
    Object.entries(row.cells!).flatMap(([column, { outcome }]) => (outcome === 'works' ? [] : [column]))
  const byName = Object.fromEntries(rows.map((row) => [row.name, refused(row)]))
  expect(byName).toMatchObject({
    recurrent: [],
    hybrid: [],
    // What llama.cpp passes over where a LoRA is applied; baked, it works.
    'compressed attention and experts': isFull ? ['lora'] : [],
    'sliding windows': [],
    'multi-token prediction': [],
    diffusion: ['generate'],
  })
  expect(byName['encoder']).toEqual(expect.arrayContaining(['generate', 'batch', 'prefix', 'long', 'steer']))
  expect(byName['encoder']).not.toContain('embed')
})

test.runIf(isFull)(
  'every architecture that llama.cpp’s own test makes does what bare llama.cpp does, or says why not, as docs/models.md has it',
  async ({ skip }) => {
    await using scratch = await createScratch()
    const [page, found] = [path.join(root, 'docs/models.md'), scratch.path('models.md')]
    await copyFile(page, found)
    const { rows, notBuilt } = await testArchitectures(['--page', found])
    if (notBuilt !== undefined) skip(notBuilt)
    expect(wrongOf(rows)).toEqual([])
    expect(rows.filter(({ cells }) => cells).length).toBeGreaterThan(120)
    expect(await readFile(found, 'utf8')).toBe(await readFile(page, 'utf8'))
  },
)
