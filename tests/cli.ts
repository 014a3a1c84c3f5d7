import { spawn } from 'node:child_process'
import path from 'node:path'
import { runHere } from '../apps/cli/src/testing/run-here.ts'
import { root } from './scratch.ts'

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a command line. For what only a process of its own can show, signals say, there is `spawnWoolgather`. */
export const woolgather = (args: readonly string[]): Promise<CliResult> => runHere(args)

/** Runs the built `woolgather` command; `onOutput` sees standard output as it comes. */
export function spawnWoolgather(
  args: readonly string[],
  options: { onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'apps/cli/bin/woolgather.js'), ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
    })
    const result: CliResult = { code: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      result.stdout += text
      options.onOutput?.(text, (signal) => child.kill(signal))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...result, code }))
  })
}
