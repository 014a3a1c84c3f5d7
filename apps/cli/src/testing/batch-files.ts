import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Json, Workflow } from '@woolgather/workflow'
import { expect, onTestFinished } from 'vitest'
import { runHere } from './run-here.ts'

const bin = fileURLToPath(new URL('../../bin/woolgather.js', import.meta.url))

/** Column `who` is greeted in the output `greeting`. */
export const greeting: Workflow['nodes'] = {
  who: { type: 'api/input', inputs: { name: 'who' } },
  text: {
    type: 'text/template',
    inputs: { template: 'Hello {{who}}!' },
    links: { who: ['who', 'value'] },
  },
  out: { type: 'api/output', inputs: { name: 'greeting' }, links: { value: ['text', 'text'] } },
}

/** A workflow as JSON text. */
export function document(nodes: Workflow['nodes']): string {
  return JSON.stringify({ format: 'woolgather', version: 1, name: 'batch', nodes } satisfies Workflow)
}

export interface Files {
  rows?: [name: string, text: string | Buffer]
  out?: string
  nodes?: Workflow['nodes']
  /** Of the command line. */
  options?: string[]
}

export interface Line {
  row: number
  status: string
  outputs: Record<string, Json>
  carried?: Record<string, Json>
  errors?: { code: string; message: string }[]
}

export interface BatchFiles {
  /** The path of a file of this name. */
  at: (name: string) => string
  read: (name: string) => string
  write: (name: string, text: string) => void
  exists: (name: string) => boolean
  /** In this process. */
  run: (more?: string[]) => Promise<{ code: number; stdout: string; stderr: string }>
  /** In a process of its own, which can be killed. */
  begin: (more?: string[]) => RunningBatch
  /** The results. */
  out: () => string
  lines: () => Line[]
  /** Resolves when there are so many whole lines of results. */
  haveLines: (count: number) => Promise<void>
}

export interface RunningBatch {
  child: ChildProcess
  ended: Promise<{ code: number | null; stderr: string }>
}

/** A workflow, a table and the command line of a batch, in a folder of its own. */
export function prepare({
  rows = ['rows.csv', 'who\nAda\nBob\n'],
  out = 'out.jsonl',
  nodes = greeting,
  options = [],
}: Files = {}): BatchFiles {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-'))
  const at = (name: string): string => path.join(folder, name)
  const write = (name: string, text: string | Buffer): void => writeFileSync(at(name), text)
  const read = (name: string): string => readFileSync(at(name), 'utf8')
  write('workflow.json', document(nodes))
  write(rows[0], rows[1])
  const args = ['batch', at('workflow.json'), '--rows', at(rows[0]), '--out', at(out), '--data', at('data')]
  args.push(...options)
  const linesNow = (): string[] => (existsSync(at(out)) ? read(out).split('\n').slice(0, -1) : [])
  return {
    at,
    read,
    write,
    exists: (name) => existsSync(at(name)),
    begin: (more = []) => begin([...args, ...more]),
    run: (more = []) => runHere([...args, ...more, '--cpu']),
    out: () => read(out),
    lines: () => linesNow().map((line) => JSON.parse(line) as Line),
    haveLines: (count) => expect.poll(() => linesNow().length).toBeGreaterThanOrEqual(count),
  }
}

function begin(args: string[]): RunningBatch {
  const child = spawn(process.execPath, [bin, ...args, '--cpu'], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  )
  return { child, ended }
}
