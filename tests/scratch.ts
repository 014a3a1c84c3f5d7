import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkflowNode } from '@woolgather/workflow'

export const root: string = fileURLToPath(new URL('..', import.meta.url))

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
