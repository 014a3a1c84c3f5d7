// Several machines on one, as processes: what waits, a server, and workers. Cells are those of tests/fixtures/farm.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { findNatsServer } from '../../scripts/nats-server.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = path.join(root, 'apps/cli/bin/woolgather.js')
const nodes = ['--nodes', path.join(root, 'tests/fixtures/farm')]

/** @param fabric `nats`, `folder`, or `none`: the server's own worker */
export async function startFarm(fabric, workers, options = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-bench-'))
  const at = (name) => path.join(folder, name)
  const started = []
  const start = (command, args) => {
    const child = spawn(process.execPath, [bin, command, ...nodes, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    started.unshift(child)
    return child
  }
  const address = fabric === 'nats' ? await startNats(folder, started) : at('fabric')
  const onFabric = fabric === 'none' ? [] : ['--fabric', address]
  const server = start('serve', [
    ...onFabric,
    '--port',
    '0',
    '--data',
    at('server'),
    '--output',
    folder,
    '--cpu',
  ])
  const url = await firstMatch(server, /http:\/\/[\d.]+:\d+/)
  for (let n = 0; n < workers; n++)
    start('worker', [
      ...onFabric,
      '--data',
      at(`w${n}`),
      '--models',
      path.join(root, 'models'),
      '--cpu',
      '--name',
      `w${n}`,
      ...options,
    ])
  const known = async () => (await (await fetch(`${url}/health`)).json()).worker
  while (fabric !== 'none' && ((await known()).fabric?.workers.length ?? 0) < workers) await delay(50)
  while ((await known()).state !== 'ready') await delay(50)
  let batches = 0

  return {
    /** Seconds from the first cell that was begun to the end of a batch; the rows are others each time. */
    async batch(rows, milliseconds) {
      const name = (kind) => at(`${batches}.${kind}`)
      batches++
      writeFileSync(name('json'), JSON.stringify(shouting(name('log'), milliseconds)))
      const texts = Array.from({ length: rows }, (_, row) => `row ${row} of ${batches}`)
      writeFileSync(name('csv'), `text\n${texts.join('\n')}\n`)
      const args = [name('json'), '--rows', name('csv'), '--out', name('out'), '--server', url, '--quiet']
      const child = spawn(
        process.execPath,
        [bin, 'batch', ...args, '--concurrency', '1000', '--as-completed'],
        {
          cwd: root,
          stdio: 'ignore',
        },
      )
      const ended = once(child, 'exit')
      while (!existsSync(name('log')) && child.exitCode === null) await delay(2)
      const from = performance.now()
      await ended
      const lines = readFileSync(name('out'), 'utf8').split('\n').length - 1
      if (lines !== rows) throw new Error(`${lines} lines instead of ${rows}`)
      return (performance.now() - from) / 1_000
    },
    /** Processor seconds and megabytes of each process, by what it is. */
    use: () => started.flatMap(({ pid }) => processesOf(pid)).map(useOf),
    async stop() {
      for (const child of started) {
        child.kill('SIGTERM')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function shouting(log, milliseconds) {
  const nodes = {
    text: { type: 'api/input', inputs: { name: 'text', value: '' } },
    shout: { type: 'test/shout', inputs: { log, milliseconds }, links: { text: ['text', 'value'] } },
    result: { type: 'api/output', inputs: { name: 'text' }, links: { value: ['shout', 'text'] } },
  }
  return { format: 'woolgather', version: 1, name: 'shout', nodes }
}

async function startNats(folder, started) {
  const config = path.join(folder, 'nats.conf')
  const store = path.join(folder, 'store')
  writeFileSync(
    config,
    `host: 127.0.0.1\nport: -1\nports_file_dir: "${folder}"\njetstream { store_dir: "${store}" }\n`,
  )
  const child = spawn(findNatsServer(), ['-c', config], { stdio: 'ignore' })
  started.unshift(child)
  const ports = path.join(folder, `nats-server_${child.pid}.ports`)
  for (;;) {
    const found = existsSync(ports) ? /nats:\/\/[\d.]+:\d+/.exec(readFileSync(ports, 'utf8'))?.[0] : undefined
    if (found !== undefined) return found
    await delay(10)
  }
}

function firstMatch(child, pattern) {
  return new Promise((resolve) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part
      const found = pattern.exec(text)?.[0]
      if (found) resolve(found)
    })
  })
}

/** A process and those that it started. Linux tells. */
function processesOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => processesOf(Number(child)))]
}

function useOf(pid) {
  const read = (name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')
  const what =
    read('cmdline')
      .split('\0')
      .find((part) => /(nats-server|\.js)$/.test(part)) ?? ''
  const times = read('stat').split(') ')[1].split(' ')
  return {
    what: path.relative(root, what),
    seconds: (Number(times[11]) + Number(times[12])) / 100,
    megabytes: Number(/VmRSS:\s+(\d+)/.exec(read('status'))?.[1]) / 1_024,
  }
}
