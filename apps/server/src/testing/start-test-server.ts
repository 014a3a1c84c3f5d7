import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClient, type Client, type ClientOptions, type SocketLike } from '@woolgather/protocol'
import type { NodeDescription, RunEvent, Workflow } from '@woolgather/workflow'
import { pino } from 'pino'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import { startServer, type RunningServer, type ServerOptions } from '../start-server.ts'

/** Plays the script in a workflow's name: a real process, see the file itself. */
const scriptedWorker = createRequire(import.meta.url).resolve(
  '@woolgather/supervisor/testing/scripted-worker.mjs',
)

const textNode: NodeDescription = {
  type: 'text/text',
  version: 1,
  title: 'Text',
  description: 'Some text',
  family: 'text',
  inputs: [
    {
      name: 'value',
      title: 'Value',
      description: 'The text',
      type: 'text',
      schema: { type: 'string' },
      required: true,
    },
  ],
  outputs: [{ name: 'text', type: 'text', description: 'The same' }],
}

export interface TestServer extends RunningServer {
  folder: string
  /** A typed client of it, closed with the server. */
  connect(options?: Partial<ClientOptions>): Client
}

/** A real server on a free port with a scripted worker and its own temporary folder; gone when disposed. */
export async function startTestServer(
  options: Partial<ServerOptions> & { folder?: string; nodes?: string[]; models?: string[] } = {},
): Promise<TestServer> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'woolgather-server-'))
  const examples = path.join(folder, 'examples')
  mkdirSync(examples, { recursive: true })
  writeFileSync(path.join(examples, 'hello.json'), JSON.stringify(script('end completed')))
  writeFileSync(path.join(examples, 'broken.json'), '{ "format": "wool')
  const server = await startServer({
    port: 0,
    folders: {
      models: options.models ?? [path.join(folder, 'models')],
      output: path.join(folder, 'output'),
      data: path.join(folder, 'data'),
      ...(options.nodes && { nodes: options.nodes }),
    },
    workerEntry: scriptedWorker,
    workerLimits: { firstBackoff: 20 },
    examplesFolder: examples,
    descriptions: [textNode],
    logger: pino({ level: 'silent' }),
    ...options,
  })
  const clients: Client[] = []
  const close = async (): Promise<void> => {
    for (const client of clients) client.close()
    await server.close()
  }
  return {
    url: server.url,
    folder,
    close,
    connect(clientOptions = {}) {
      const client = createClient({ url: server.url, createSocket, reconnectDelay: 20, ...clientOptions })
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      await close()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function createSocket(url: string): SocketLike {
  return new WebSocket(url) as unknown as SocketLike
}

/** A valid workflow whose name is a script for the worker. */
export function script(name: string): Workflow {
  return {
    format: 'woolgather',
    version: 1,
    name,
    nodes: { text: { type: 'text/text', inputs: { value: 'hello' } } },
  }
}

/** Submits a workflow that must be accepted. */
export async function submit(client: Client, workflow: Workflow): Promise<string> {
  const result = await client.submit(workflow)
  if ('issues' in result) throw new Error(JSON.stringify(result.issues))
  return result.run
}

/** All events of a run numbered above `after`, up to its end. */
export function collect(client: Client, run: string, after = -1): Promise<RunEvent[]> {
  const seen: RunEvent[] = []
  return new Promise((resolve) => {
    client.subscribe(
      run,
      (events) => {
        seen.push(...events)
        if (events.at(-1)?.type === 'run.finished') resolve(seen)
      },
      after,
    )
  })
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { interval: 10 }).toBe(true)
}

/** Milliseconds that something takes here and now. */
export async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await act()
  return performance.now() - began
}
