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
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.resume()
    child.stderr.resume()
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
  const url = await firstMatch(server.stdout, /http:\/\/[\d.]+:\d+/)
  for (let n = 0; n < workers; n++) {
    const folders = ['--data', at(`w${n}`), '--models', path.join(root, 'models')]
    const worker = start('worker', [...onFabric, ...folders, '--cpu', '--name', `w${n}`, ...options])
    await firstMatch(worker.stderr, /: ready/)
  }
  while ((await (await fetch(`${url}/health`)).json()).worker !== 'ready') await delay(50)
  let begun = 0

  /** Seconds from the first cell that was begun to the end of a command. */
  const time = async (log, args) => {
    const child = spawn(process.execPath, [bin, ...args, '--server', url, '--quiet'], {
      cwd: root,
      stdio: 'ignore',
    })
    const ended = once(child, 'exit')
    while (!existsSync(log) && child.exitCode === null) await delay(2)
    const from = performance.now()
    const [code] = await ended
    if (code !== 0) throw new Error(`woolgather ${args[0]} ended with ${code}`)
    return (performance.now() - from) / 1_000
  }
  const next = () => {
    const number = ++begun
    return (kind) => at(`${number}.${kind}`)
  }

  return {
    /** Seconds that the rows of a batch take; they are others each time. */
    async batch(rows, milliseconds) {
      const name = next()
      writeFileSync(name('json'), JSON.stringify(shoutingRows(name('log'), milliseconds)))
      const texts = Array.from({ length: rows }, (_, row) => `row ${row} of ${begun}`)
      writeFileSync(name('csv'), `text\n${texts.join('\n')}\n`)
      const files = ['--rows', name('csv'), '--out', name('jsonl')]
      return time(name('log'), ['batch', name('json'), ...files, '--concurrency', '1000', '--as-completed'])
    },
    /** Seconds that the cells of one run take. */
    async sweep(cells, milliseconds) {
      const name = next()
      writeFileSync(name('json'), JSON.stringify(shoutingCells(name('log'), milliseconds, cells, begun)))
      return time(name('log'), ['run', name('json')])
    },
    /** Of all its processes, so far. */
    processorSeconds: () =>
      started
        .flatMap(({ pid }) => processesOf(pid))
        .map(secondsOf)
        .reduce((sum, seconds) => sum + seconds, 0),
    async stop() {
      for (const child of started) {
        child.kill('SIGTERM')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function shoutingRows(log, milliseconds) {
  const nodes = {
    text: { type: 'api/input', inputs: { name: 'text', value: '' } },
    shout: { type: 'test/shout', inputs: { log, milliseconds }, links: { text: ['text', 'value'] } },
    result: { type: 'api/output', inputs: { name: 'text' }, links: { value: ['shout', 'text'] } },
  }
  return { format: 'woolgather', version: 1, name: 'rows', nodes }
}

function shoutingCells(log, milliseconds, cells, number) {
  const nodes = {
    cell: { type: 'matrix/axis', inputs: { values: Array.from({ length: cells }, (_, cell) => cell) } },
    text: {
      type: 'text/template',
      inputs: { template: `cell {{cell}} of ${number}` },
      links: { cell: ['cell', 'value'] },
    },
    shout: { type: 'test/shout', inputs: { log, milliseconds }, links: { text: ['text', 'text'] } },
    grid: { type: 'matrix/grid', links: { values: ['shout', 'text'] } },
  }
  return { format: 'woolgather', version: 1, name: 'cells', nodes }
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

function firstMatch(stream, pattern) {
  return new Promise((resolve) => {
    let text = ''
    stream.setEncoding('utf8').on('data', (part) => {
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

function secondsOf(pid) {
  const times = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(times[11]) + Number(times[12])) / 100
}
