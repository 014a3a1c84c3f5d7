import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findNatsServer, noNatsServer } from '../scripts/nats-server.mjs'

/** A real nats-server with JetStream, in a folder of its own. */
export interface NatsServer extends AsyncDisposable {
  url: string
  /** Where it is asked how it does; only with `http:` in its configuration. */
  monitor: string | undefined
  kill(): Promise<void>
  /** With what it had stored, or without. At the same address. */
  bringBack(options?: { empty?: boolean }): Promise<void>
}

/** Whether there is one to test with; says once why not. */
export function hasNatsServer(): boolean {
  const there = findNatsServer() !== undefined
  if (!there) console.log(noNatsServer)
  return there
}

/** @param config added to its configuration file */
export async function startNatsServer(config = ''): Promise<NatsServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-nats-'))
  const store = path.join(folder, 'store')
  const file = path.join(folder, 'nats.conf')
  let port = -1
  let monitor: string | undefined
  let server: ChildProcess | undefined

  const start = async (): Promise<void> => {
    // At first any port that is free, of which it tells in a file.
    await writeFile(
      file,
      `host: 127.0.0.1\nport: ${port}\nports_file_dir: "${folder}"\n${config.includes('jetstream:') ? '' : `jetstream { store_dir: "${store}" }`}\n${config}`,
    )
    const started = spawn(findNatsServer() as string, ['-c', file], { stdio: 'ignore' })
    server = started
    const ports = path.join(folder, `nats-server_${started.pid}.ports`)
    while (!existsSync(ports)) {
      if (started.exitCode !== null) throw new Error(`nats-server ended with ${started.exitCode}`)
      await delay(10)
    }
    ;({ port, monitor } = await readPorts(ports))
  }
  const kill = async (): Promise<void> => {
    const ended = server
    server = undefined
    if (ended === undefined || ended.exitCode !== null) return
    ended.kill('SIGKILL')
    await once(ended, 'exit')
  }

  await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    monitor,
    kill,
    async bringBack({ empty = false } = {}) {
      if (empty) await rm(store, { recursive: true, force: true })
      await start()
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function readPorts(file: string): Promise<{ port: number; monitor: string | undefined }> {
  for (;;) {
    try {
      const { nats, monitoring } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string[]>
      return { port: Number(new URL(nats?.[0] as string).port), monitor: monitoring?.[0] }
    } catch {
      // half written
      await delay(10)
    }
  }
}
