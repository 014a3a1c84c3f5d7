import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkflowNode } from '@woolgather/workflow'
import { runHere } from '../apps/cli/src/testing/run-here.ts'

export const root: string = fileURLToPath(new URL('..', import.meta.url))

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
    const child = spawn(process.execPath, [path.join(root, 'apps/cli/dist/main.js'), ...args], {
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

/** A folder for one test's files, removed when the test ends. */
export interface Scratch extends AsyncDisposable {
  folder: string
  path: (name: string) => string
  write: (name: string, content: string | Uint8Array) => Promise<string>
  writeWorkflow: (nodes: Record<string, WorkflowNode>) => Promise<string>
  readJson: (name: string) => Promise<unknown>
}

export async function createScratch(): Promise<Scratch> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-test-'))
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(path.join(folder, name), content)
    return path.join(folder, name)
  }
  return {
    folder,
    path: (name) => path.join(folder, name),
    write,
    writeWorkflow: (nodes) =>
      write('workflow.json', JSON.stringify({ format: 'woolgather', version: 1, name: 'test', nodes })),
    readJson: async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as unknown,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
