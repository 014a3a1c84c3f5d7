/** Starts a worker that computes for ever, tells whoever started this its number, and waits to be killed. */
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startWorker } from '@woolgather/supervisor'

const data = tmpdir()
const worker = startWorker({
  entry: fileURLToPath(new URL('scripted-worker.mjs', import.meta.url)),
  folders: { models: [data], output: data, data },
  onLog: (line) => line.startsWith('pid ') && process.send(Number(line.slice('pid '.length))),
})
await worker.run({
  run: 'r',
  workflow: {
    format: 'woolgather',
    version: 1,
    name: 'start a; pid; freeze',
    nodes: { a: { type: 'text/text' } },
  },
  onEvents: () => {},
})
