import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'

const code = `import { writeFileSync } from 'node:fs'
import path from 'node:path'
writeFileSync(path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), 'pids'), process.pid + '\\n', { flag: 'a' })
// In a worker, what it says has nobody to read it once the server was killed.
if (process.env.WOOLGATHER_WORKER_FOLDERS) setInterval(() => console.error('still here'), 100).unref()
export const nodes = [
  {
    type: 'slow/add', version: 1, title: 'Add slowly', description: 'A thousand times one and another, in its time.', impure: true,
    inputs: {
      a: { type: 'number', description: 'One.' },
      b: { type: 'number', description: 'Another.' },
      milliseconds: { type: 'integer', description: 'How long it takes.' },
    },
    outputs: { sum: { type: 'number', description: 'The sum.' } },
    run: async ({ a, b, milliseconds }) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      return { sum: a * 1000 + b }
    },
  },
]
`

/** A package of nodes that take their time and are never taken from a cache, and the processes that loaded it. */
export function writeSlowNodes(): { folder: string; pids: () => number[] } {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-slow-'))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(folder, 'index.js'), code)
  return {
    folder,
    pids: () => readFileSync(path.join(folder, 'pids'), 'utf8').trim().split('\n').map(Number),
  }
}

/** `rows` × `columns` cells of slow sums, collected in a grid. */
export function slowMatrix(rows: number, columns: number, milliseconds: number): Workflow {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
  return {
    format: 'woolgather',
    version: 1,
    name: 'Slow matrix',
    nodes: {
      x: { type: 'matrix/axis', inputs: { values: numbers(columns) } },
      y: { type: 'matrix/axis', inputs: { values: numbers(rows) } },
      cell: {
        type: 'slow/add',
        inputs: { milliseconds },
        links: { a: ['x', 'value'], b: ['y', 'value'] },
      },
      grid: { type: 'matrix/grid', links: { values: ['cell', 'sum'] } },
    },
  }
}
