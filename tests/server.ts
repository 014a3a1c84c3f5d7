import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { root, type Scratch } from './cli.ts'

/** `woolgather serve`, a process of its own, on a port that is free. */
export function startServer(scratch: Scratch, port = '0'): ChildProcess {
  const folders = [
    '--data',
    scratch.path('data'),
    '--output',
    scratch.path('output'),
    '--models',
    scratch.path('models'),
  ]
  return spawn(
    process.execPath,
    [path.join(root, 'apps/cli/dist/main.js'), 'serve', '--port', port, ...folders],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
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
