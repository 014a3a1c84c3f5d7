import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { CliIo } from './io/cli-io.ts'

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
const { version } = JSON.parse(manifest) as { version: string }

// The reader of a pipe left (`woolgather nodes | head`): nobody is there to be told anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const io: Omit<CliIo, 'confirm' | 'descriptions'> = {
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
  workerEntry: () => createRequire(import.meta.url).resolve('@woolgather/worker/main'),
}

/** What commands need is loaded for them: who asks for the version waits for nothing. */
async function main(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const [{ runCli }, { confirm }, { loadDescriptions }] = await Promise.all([
    import('./run-cli.ts'),
    import('./io/confirm.ts'),
    import('./reading/load-descriptions.ts'),
  ])
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY
  return runCli(args, version, {
    ...io,
    descriptions: loadDescriptions,
    confirm: isTerminal ? confirm : undefined,
  })
}

// Not awaited: what is loaded later may need this module, and would wait for it for ever.
void main(process.argv.slice(2)).then((code) => (process.exitCode = code))
