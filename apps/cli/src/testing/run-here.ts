import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { loadDescriptions } from '../reading/load-descriptions.ts'
import { runCli } from '../run-cli.ts'

const workerEntry = fileURLToPath(new URL('../../../worker/bin/main.js', import.meta.url))

/** A command line in this process, which spares starting one; its worker is the built one, a process of its own. */
export async function runHere(
  args: readonly string[],
  confirm?: (question: string) => Promise<boolean>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const code = await runCli(args, 'test', {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    stdin: Readable.from(['']),
    onInterrupt: () => () => {},
    descriptions: loadDescriptions,
    workerEntry: () => workerEntry,
    confirm,
  })
  return { code, ...said }
}
