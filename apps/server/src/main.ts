import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findCheckout, readWorkerMemory, resolveFolders, watchProcess } from '@woolgather/supervisor'
import { startServer } from './start-server.ts'

/**
 * The server as a process: `woolgather serve` starts it with these options. Prints its address on stdout when it
 * listens, and stops on SIGINT and SIGTERM; a second signal does not wait. Ends with the process
 * that started it.
 */
const { values } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    token: { type: 'string' },
    'allow-host': { type: 'string', multiple: true },
    'allow-origin': { type: 'string', multiple: true },
    models: { type: 'string', multiple: true },
    nodes: { type: 'string', multiple: true },
    output: { type: 'string' },
    data: { type: 'string' },
    examples: { type: 'string' },
    editor: { type: 'string' },
    cpu: { type: 'boolean' },
    'idle-unload': { type: 'string' },
    'behind-proxy': { type: 'string' },
    'worker-memory': { type: 'string' },
  },
})

/** Milliseconds to stop in, where who started this is gone. */
const orphanMs = 4_000

let leave = (): void => process.exit(1)
watchProcess({ onOrphaned: () => leave(), grace: orphanMs })

const root = findCheckout()
// An option on a command line can be read by everyone on the machine.
const token = values.token ?? process.env['WOOLGATHER_TOKEN']

try {
  const server = await startServer({
    host: values.host,
    port: values.port === undefined ? undefined : readPort(values.port),
    token,
    allowedHosts: values['allow-host'],
    allowedOrigins: values['allow-origin'],
    proxies: readCount(values['behind-proxy']),
    folders: resolveFolders({
      models: values.models,
      nodes: values.nodes,
      output: values.output,
      data: values.data,
    }),
    workerEntry: fileURLToPath(import.meta.resolve('@woolgather/worker/main')),
    workerEnv: values.cpu ? { WOOLGATHER_GPU: 'cpu' } : {},
    idleUnload: readSeconds(values['idle-unload'] ?? process.env['WOOLGATHER_IDLE_UNLOAD']),
    workerMemory: readWorkerMemory(values['worker-memory']),
    examplesFolder: values.examples ?? path.join(root, 'workflows'),
    editorFolder: values.editor ?? path.join(root, 'apps', 'editor', 'dist'),
  })
  console.log(token === undefined ? server.url : `${server.url}/?token=${encodeURIComponent(token)}`)
  leave = () => void server.close().then(() => process.exit(0))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130))
      leave()
    })
  }
} catch (error) {
  const { message, hint } = error as Error & { hint?: string }
  console.error(`woolgather: ${message}${hint === undefined ? '' : ` (${hint})`}`)
  process.exit(1)
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  console.error(`woolgather: --port must be 0 to 65535, not “${text}”`)
  return process.exit(2)
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0) return seconds
  console.error(`woolgather: --idle-unload must be seconds, 0 for never, not “${text}”`)
  return process.exit(2)
}

function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 10) return count
  console.error(`woolgather: --behind-proxy must be how many proxies stand in front, 1 to 10, not “${text}”`)
  return process.exit(2)
}
