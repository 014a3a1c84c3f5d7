import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { confirm } from './io/confirm.ts'
import { loadDescriptions } from './reading/load-descriptions.ts'
import { runCli } from './run-cli.ts'

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
const { version } = JSON.parse(manifest) as { version: string }

// The reader of a pipe left (`woolgather nodes | head`): nobody is there to be told anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Not awaited: what is loaded later may need this module, and would wait for it for ever.
void runCli(process.argv.slice(2), version, {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  onInterrupt(listener) {
    const signals = ['SIGINT', 'SIGTERM'] as const
    for (const signal of signals) process.on(signal, listener)
    return () => {
      for (const signal of signals) process.off(signal, listener)
    }
  },
  descriptions: loadDescriptions,
  workerEntry: () => fileURLToPath(import.meta.resolve('@woolgather/worker/main')),
  confirm: process.stdin.isTTY && process.stderr.isTTY ? confirm : undefined,
}).then((code) => (process.exitCode = code))
