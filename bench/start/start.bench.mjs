// What a command costs before it does anything: processor time of the whole command with all its processes, as a multiple of
// `node -e 0`, taken in turns so that a busy machine is busy for both. Median of the rounds.
//   node bench/start/start.bench.mjs [rounds, default 9] [another built checkout, to be measured in turns with this one]
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const checkouts = [root, ...process.argv.slice(3).map((folder) => path.resolve(folder))]
const rounds = Number(process.argv[2] ?? 9)
const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-start-'))
const cliOf = (checkout) => path.join(checkout, 'apps/cli/bin/woolgather.js')
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

/** Milliseconds of processor time of a server and its worker, until the editor's page has come. */
async function costOfServing(checkout, data) {
  const args = ['--port', '0', ...folders(data)]
  const server = spawn(process.execPath, [path.join(checkout, 'apps/server/bin/main.js'), ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  try {
    const url = await new Promise((resolve, reject) => {
      server.stdout.setEncoding('utf8').on('data', (said) => {
        const found = /http:\/\/[\w.:[\]]+/.exec(said)
        if (found) resolve(found[0])
      })
      server.once('exit', () => reject(new Error('The server ended before it listened.')))
    })
    const page = await fetch(url)
    if (!page.ok || !(await page.text()).includes('<script')) throw new Error(`No editor at ${url}.`)
    return ticksOf(server.pid) * msPerTick
  } finally {
    server.kill('SIGTERM')
    await ended
  }
}

const msPerTick = 1_000 / Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout)

/** Of a process and those below it, as Linux counts them. */
function ticksOf(pid) {
  const below = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(name)?.[1] === String(pid))
  const fields = statOf(pid) ?? []
  return (
    Number(fields[11] ?? 0) + Number(fields[12] ?? 0) + below.reduce((sum, child) => sum + ticksOf(child), 0)
  )
}

/** The fields after the name of a process, which may hold blanks: state, parent, … */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
  } catch {
    return undefined
  }
}

let fresh = 0
const folders = (data) => ['--cpu', '--models', path.join(root, 'models'), '--output', folder, '--data', data]
const usedBy = (checkout) => path.join(folder, `used-${checkouts.indexOf(checkout)}`)
const unused = () => path.join(folder, `fresh-${fresh++}`)
const run = (checkout, file, data) => costOf([cliOf(checkout), 'run', file, ...folders(data)])
const costs = {
  '--version': (its) => costOf([cliOf(its), '--version']),
  validate: (its) => costOf([cliOf(its), 'validate', text]),
  'run, two nodes, fresh folder': (its) => run(its, text, unused()),
  'run, two nodes, used folder': (its) => run(its, text, usedBy(its)),
  'run, first story, fresh folder': (its) => run(its, story, unused()),
  'run, first story, cached': (its) => run(its, story, usedBy(its)),
  'server until the editor is served': (its) => costOfServing(its, unused()),
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const ratios = checkouts.map(() => Object.fromEntries(Object.keys(costs).map((name) => [name, []])))
const bare = []
for (let round = -1; round < rounds; round++) {
  for (const [name, costIn] of Object.entries(costs)) {
    for (const [index, checkout] of checkouts.entries()) {
      const before = costOf(['-e', '0'])
      const cost = await costIn(checkout)
      const after = costOf(['-e', '0'])
      // The first round fills caches of the system, and the used folder.
      if (round < 0) continue
      bare.push(before, after)
      ratios[index][name].push((2 * cost) / (before + after))
    }
  }
}
rmSync(folder, { recursive: true, force: true })
console.log(`node -e 0: ${median(bare).toFixed(0)} ms of processor time`)
for (const name of Object.keys(costs))
  console.log(`${name}: ${ratios.map((its) => `${median(its[name]).toFixed(2)} ×`).join(', there ')}`)
