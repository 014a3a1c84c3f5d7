import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'

const code = `import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
const folder = path.dirname(new URL(import.meta.url).pathname)
writeFileSync(path.join(folder, 'pids'), process.pid + '\\n', { flag: 'a' })
// In a worker, what it says has nobody to read it once the server was killed.
if (process.env.WOOLGATHER_WORKER_FOLDERS) setInterval(() => console.error('still here'), 100).unref()
export const nodes = [
  {
    type: 'slow/add', version: 1, title: 'Add slowly', description: 'A thousand times one and another, in its time.', impure: true,
    inputs: {
      a: { type: 'number', description: 'One.' },
      b: { type: 'number', description: 'Another.' },
      milliseconds: { type: 'integer', description: 'How long it takes; -1: until it is let go.' },
    },
    outputs: { sum: { type: 'number', description: 'The sum.' } },
    run: async ({ a, b, milliseconds }, { signal }) => {
      if (milliseconds >= 0) await setTimeout(milliseconds)
      else while (!existsSync(path.join(folder, 'go'))) await setTimeout(10, undefined, { signal })
      return { sum: a * 1000 + b }
    },
  },
]
`

interface SlowNodes {
  folder: string
  /** The processes that loaded them. */
  pids: () => number[]
  /** Lets those end that wait to be let go. */
  letGo: () => void
}

/** A package of nodes that take their time and are never taken from a cache. */
export function writeSlowNodes(): SlowNodes {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-slow-'))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(folder, 'index.js'), code)
  return {
    folder,
    pids: () => readFileSync(path.join(folder, 'pids'), 'utf8').trim().split('\n').map(Number),
    letGo: () => writeFileSync(path.join(folder, 'go'), ''),
  }
}

/** `rows` × `columns` cells of slow sums, collected in a grid; -1 milliseconds: until they are let go. */
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
