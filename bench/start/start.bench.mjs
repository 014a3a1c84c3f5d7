// What a command costs before it does anything: processor time of the whole command with all its processes, as a multiple of
// `node -e 0`, taken in turns so that a busy machine is busy for both. Median of the rounds.
//   node bench/start/start.bench.mjs [rounds, default 9]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const rounds = Number(process.argv[2] ?? 9)
const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-start-'))
const cli = path.join(root, 'apps/cli/bin/woolgather.js')
const text = path.join(folder, 'text.json')
const story = path.join(root, 'workflows/first-story.json')
writeFileSync(
  text,
  JSON.stringify({
    format: 'woolgather',
    version: 1,
    name: 'text',
    nodes: {
      text: { type: 'text/text', inputs: { text: 'hello' } },
      out: { type: 'output/preview', links: { value: ['text', 'text'] } },
    },
  }),
)

/** Milliseconds of processor time of a command and all that it waited for. */
function costOf(args) {
  const { stdout, status, stderr } = spawnSync(
    'bash',
    ['-c', '"$@" >/dev/null 2>"$0" || exit 1; times', path.join(folder, 'said'), process.execPath, ...args],
    { encoding: 'utf8', cwd: folder },
  )
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`)
  const children = stdout.trim().split('\n')[1] ?? ''
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000,
    0,
  )
}

let fresh = 0
const folders = (data) => ['--cpu', '--models', path.join(root, 'models'), '--output', folder, '--data', data]
const used = path.join(folder, 'used')
const unused = () => path.join(folder, `fresh-${fresh++}`)
const commands = {
  '--version': () => [cli, '--version'],
  validate: () => [cli, 'validate', text],
  'run, two nodes, fresh folder': () => [cli, 'run', text, ...folders(unused())],
  'run, two nodes, used folder': () => [cli, 'run', text, ...folders(used)],
  'run, first story, fresh folder': () => [cli, 'run', story, ...folders(unused())],
  'run, first story, cached': () => [cli, 'run', story, ...folders(used)],
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const ratios = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
const bare = []
for (let round = -1; round < rounds; round++) {
  for (const [name, command] of Object.entries(commands)) {
    const before = costOf(['-e', '0'])
    const cost = costOf(command())
    const after = costOf(['-e', '0'])
    // The first round fills caches of the system, and the used folder.
    if (round < 0) continue
    bare.push(before, after)
    ratios[name].push((2 * cost) / (before + after))
  }
}
rmSync(folder, { recursive: true, force: true })
console.log(`node -e 0: ${median(bare).toFixed(0)} ms of processor time`)
for (const [name, values] of Object.entries(ratios)) console.log(`${name}: ${median(values).toFixed(2)} ×`)
