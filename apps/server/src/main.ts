import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import {
  findCheckout,
  openedVariable,
  parseArguments,
  readOptions,
  resolveFolders,
  secretVariables,
  watchProcess,
} from '@woolgather/supervisor'
import { openedBeginning, WoolgatherError, type Workflow } from '@woolgather/workflow'
import { createLogger } from './log/create-logger.ts'
import { greet } from './log/greet.ts'
import { startServer } from './start-server.ts'

/*
 * The server as a process: `woolgather serve` starts it, with the options of `serverOptions`. Prints a line on stdout
 * when it listens, which begins with its address, and stops on SIGINT and SIGTERM; a second signal does not wait. Ends with the process
 * that started it.
 */

/** Milliseconds to stop in, where who started this is gone. */
const orphanMs = 4_000

let leave = (): void => process.exit(1)
watchProcess({ onOrphaned: () => leave(), grace: orphanMs })

async function main(): Promise<void> {
  try {
    const given = parseArguments(process.argv.slice(2))
    const {
      host,
      port,
      token,
      allowHost,
      allowOrigin,
      behindProxy,
      basePath,
      keep,
      webhook,
      webhookSecret,
      idleUnload,
      workerMemory,
      jsonLog,
      fabric,
      ...others
    } = readOptions(given)
    const { models, nodes, output, data, cpu, examples, editor, ...forgotten } = others
    // The worker runs the code of others, and its reports hold its environment.
    for (const variable of secretVariables) delete process.env[variable]
    const root = findCheckout()
    const folders = resolveFolders({ models, nodes, output, data })
    const opened = await takeOpened()
    const server = await startServer({
      logger: createLogger({ json: jsonLog === true }),
      // An option that nobody takes out above does not compile.
      ...(forgotten satisfies Record<string, never>),
      host,
      port,
      token,
      allowedHosts: allowHost,
      allowedOrigins: allowOrigin,
      proxies: behindProxy,
      basePath,
      keep,
      webhooks: webhook,
      webhookSecret,
      folders,
      workerEntry: createRequire(import.meta.url).resolve('@woolgather/worker/main'),
      fabric,
      workerEnv: cpu ? { WOOLGATHER_GPU: 'cpu' } : {},
      idleUnload,
      workerMemory,
      opened,
      examplesFolder: examples ?? path.join(root, 'workflows'),
      editorFolder: editor ?? path.join(root, 'apps', 'editor', 'dist'),
    })
    // Only where everything is below a path a slash is needed for what the page names.
    const page = basePath || opened ? `${server.url}/` : server.url
    const trusted = token === undefined ? page : `${server.url}/?token=${encodeURIComponent(token)}`
    const address = opened ? trusted + openedBeginning + opened.id : trusted
    console.log(jsonLog === true ? address : greet(address, folders.models))
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
    process.exit(error instanceof WoolgatherError && error.code === 'invalid-input' ? 2 : 1)
  }
}

/** What `woolgather serve FILE` read and hands over; it has looked whether it is a workflow. */
async function takeOpened(): Promise<{ id: string; workflow: Workflow } | undefined> {
  const handed = process.env[openedVariable] !== undefined
  delete process.env[openedVariable]
  return handed
    ? { id: randomUUID(), workflow: JSON.parse(await text(process.stdin)) as Workflow }
    : undefined
}

void main()
