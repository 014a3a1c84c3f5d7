// A batch of 10,000 rows through a trivial workflow: rows per second, and how memory goes while it runs.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const count = Number(process.argv[2] ?? 10_000)
const bin = fileURLToPath(new URL('../../apps/cli/bin/woolgather.js', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-bench-'))
const at = (name) => path.join(folder, name)

writeFileSync(
  at('workflow.json'),
  JSON.stringify({
    format: 'woolgather',
    version: 1,
    name: 'hello',
    nodes: {
      who: { type: 'api/input', inputs: { name: 'who' } },
      text: {
        type: 'text/template',
        inputs: { template: 'Hello {{who}}!' },
        links: { who: ['who', 'value'] },
      },
      out: { type: 'api/output', links: { value: ['text', 'text'] } },
    },
  }),
)
writeFileSync(at('rows.csv'), `who\n${Array.from({ length: count }, (_, i) => `person ${i}`).join('\n')}\n`)

const args = [bin, 'batch', at('workflow.json'), '--rows', at('rows.csv'), '--out', at('out.jsonl')]
const child = spawn(process.execPath, [...args, '--data', at('data'), '--cpu'], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
let last = ''
child.stderr.setEncoding('utf8').on('data', (text) => (last = text))

/** Resident memory of the command, in MB; undefined where the system does not tell. */
function resident() {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return undefined
  }
}

const samples = []
const timer = setInterval(() => {
  const now = resident()
  if (now !== undefined && !Number.isNaN(now)) samples.push(now)
}, 100)
await new Promise((resolve) => child.once('close', resolve))
clearInterval(timer)
const lines = readFileSync(at('out.jsonl'), 'utf8').trim().split('\n').length
const half = samples.slice(0, Math.ceil(samples.length / 2))
console.log(
  `${lines} lines; ${last.trim().split('\n').at(-1)} (goal 1,000/s); memory ${Math.max(...half).toFixed(0)} MB in the first half, ${Math.max(...samples).toFixed(0)} MB in all`,
)
