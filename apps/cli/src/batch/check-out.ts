import path from 'node:path'
import type { WorkerFolders } from '@woolgather/protocol'
import type { Json, Workflow } from '@woolgather/workflow'
import { checkNotRead, type ReadFile } from '../io/same-file.ts'
import { besideOf } from './unfinished-batch.ts'

export interface CheckOutOptions {
  out: string
  rows: string
  /** The workflow's, or `-`. */
  file: string
  workflow: Workflow
  folders: WorkerFolders
}

/** @throws CliError where results, or what lies beside them, would be written over something the batch reads */
export async function checkOut({ out, rows, file, workflow, folders }: CheckOutOptions): Promise<void> {
  const read: ReadFile[] = [
    { file: rows, what: 'the table of --rows' },
    ...(file === '-' ? [] : [{ file, what: 'the workflow' }]),
    ...namedFiles(workflow, path.basename(out), folders),
  ]
  await checkNotRead(out, read)
  await checkNotRead(besideOf(out), read)
}

/** Files of this name that nodes may read: whatever text in the workflow ends like it, in each place it could mean. */
function namedFiles(workflow: Workflow, name: string, { models, data, output }: WorkerFolders): ReadFile[] {
  const places = [...models, path.join(data, 'inputs'), output]
  const lists = [workflow.nodes, ...Object.values(workflow.subgraphs ?? {}).map(({ nodes }) => nodes)]
  const texts = lists.flatMap((nodes) => Object.values(nodes).flatMap(({ inputs }) => textsIn(inputs ?? {})))
  return texts
    .filter((text) => path.basename(text).toLowerCase() === name.toLowerCase())
    .flatMap((text) =>
      places.map((place) => ({ file: path.resolve(place, text), what: 'a file that the workflow names' })),
    )
}

function textsIn(inputs: Readonly<Record<string, Json>>): string[] {
  return Object.values(inputs).filter((value) => typeof value === 'string')
}
