// A matrix of 64 stories run by the command line alone, and by it through a server: what the server adds.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const rounds = Number(process.argv[2] ?? 7)
const bin = fileURLToPath(new URL('../../apps/cli/bin/woolgather.js', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-bench-'))
const file = path.join(folder, 'matrix.json')
const data = (name) => ['--data', path.join(folder, name), '--output', folder]

/** 8 temperatures × 8 seeds; another number is another prompt, so that nothing comes from the cache. */
function writeMatrix(number) {
  const nodes = {
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    temperatures: { type: 'matrix/axis', inputs: { values: '0.2-0.9 (+0.1)' } },
    seeds: { type: 'matrix/axis', inputs: { values: '1-8' } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: `Tell me a happy story about the sea, number ${number}.`, maxTokens: 120 },
      links: {
        model: ['model', 'model'],
        temperature: ['temperatures', 'value'],
        seed: ['seeds', 'value'],
      },
    },
    grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
  }
  writeFileSync(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'matrix', nodes }))
}

/** Milliseconds from the first story begun, the model being loaded by then, to the end of the run. */
function timeRun(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'run', file, '--json', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part) => (text += part))
    child.once('error', reject)
    child.once('close', () => {
      const events = text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
      const stories = (wanted) => events.filter(({ type, node }) => type === wanted && node === 'story')
      const written = stories('cell.finished').length
      if (written !== 64) return reject(new Error(`${written} stories instead of 64`))
      resolve(events.find(({ type }) => type === 'run.finished').time - stories('cell.started')[0].time)
    })
  })
}

const server = spawn(process.execPath, [bin, 'serve', '--port', '0', ...data('server')], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
const url = await new Promise((resolve) => {
  let text = ''
  server.stdout.setEncoding('utf8').on('data', (part) => {
    text += part
    const found = /http:\/\/[\d.]+:\d+/.exec(text)?.[0]
    if (found) resolve(found)
  })
})

const ratios = []
const times = { alone: [], server: [] }
for (let round = 0; round <= rounds; round++) {
  writeMatrix(round)
  const alone = await timeRun(data('alone'))
  const through = await timeRun(['--server', url])
  // the first warms up
  if (round === 0) continue
  times.alone.push(alone)
  times.server.push(through)
  ratios.push(through / alone)
}
server.kill('SIGTERM')
await once(server, 'exit')
rmSync(folder, { recursive: true, force: true })

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
console.log(
  `64 cells: ${median(times.alone)} ms alone, ${median(times.server)} ms through a server: ` +
    `× ${median(ratios).toFixed(3)}, median of ${rounds} pairs (goal 1.05; ${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
)
