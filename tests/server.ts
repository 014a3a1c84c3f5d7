import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { root, type Scratch } from './cli.ts'

interface ServerProcessOptions {
  /** Default: any that is free. */
  port?: string
  /** Folders of node packages. */
  nodes?: readonly string[]
  /** Through `woolgather serve`, which takes a second more to load. */
  command?: boolean
}

/** The server as a process of its own, as `woolgather serve` starts it. */
export function startServer(scratch: Scratch, options: ServerProcessOptions = {}): ChildProcess {
  const { port = '0', nodes = [], command = false } = options
  const program = command ? ['apps/cli/dist/main.js', 'serve'] : ['apps/server/dist/main.js']
  const folders = [
    '--data',
    scratch.path('data'),
    '--output',
    scratch.path('output'),
    '--models',
    scratch.path('models'),
    ...nodes.flatMap((folder) => ['--nodes', folder]),
  ]
  return spawn(process.execPath, [...program, '--port', port, ...folders], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Where it is, as soon as it listens. */
export function readUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const url = /^http:\S+/m.exec(printed)?.[0]
      if (url !== undefined) resolve(url)
    })
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${printed}`)))
  })
}
