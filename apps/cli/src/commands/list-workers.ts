import { setTimeout as delay } from 'node:timers/promises'
import {
  isClaim,
  openFabric,
  presenceSchema,
  queueNeedsSchema,
  topics,
  type Fabric,
  type Presence,
} from '@woolgather/fabric'
import type { QueueLength } from '@woolgather/protocol'
import { readOptions, type GivenOptions } from '@woolgather/supervisor'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { alignColumns } from '../print/align-columns.ts'
import { jsonText } from '../print/json-text.ts'
import { printable } from '../print/print-issues.ts'

export type ListWorkersOptions = Pick<GivenOptions, 'fabric'> & { json?: boolean }

/** Milliseconds in which workers answer who is there. */
const answerTime = 2_000

type Told = Omit<Presence, 'files' | 'reading' | 'catalogue' | 'leaving'> & {
  models: number
  reading: number
}
type Line = QueueLength & { files: string[] }

/** `woolgather workers --fabric ADDRESS`: who works there, what each does, and what waits. Returns the exit code. */
export async function listWorkers({ json, ...given }: ListWorkersOptions, io: CliIo): Promise<number> {
  const { fabric: address } = readOptions(given)
  if (address === undefined)
    throw new CliError([
      {
        code: 'missing-input',
        message: 'Workers are asked over a fabric: --fabric is missing.',
        hint: 'Write --fabric nats://host:4222, or the folder that the server was started with.',
      },
    ])
  await using fabric = await openFabric(address)
  const workers = await askWorkers(fabric)
  const queues = await readQueues(fabric)
  if (json) io.stdout.write(`${jsonText({ workers, queues }, 2)}\n`)
  else io.stdout.write(`${printable(describe(workers, queues))}\n`)
  return exitCodes.ok
}

async function askWorkers(fabric: Fabric): Promise<Told[]> {
  const heard = new Map<string, Told>()
  const stop = fabric.listen(topics.workers, (message) => {
    const read = presenceSchema.safeParse(message)
    if (!read.success || read.data.leaving) return
    const { files, reading = [], catalogue: _catalogue, leaving: _leaving, ...told } = read.data
    heard.set(told.id, { ...told, models: Object.keys(files).length, reading: reading.length })
  })
  fabric.tell(topics.who, {})
  await delay(answerTime)
  stop()
  return [...heard.values()].toSorted((a, b) => a.name.localeCompare(b.name))
}

async function readQueues(fabric: Fabric): Promise<Line[]> {
  const lengths = (await fabric.queues()).filter((length) => !isClaim(length))
  return Promise.all(
    lengths.map(async (length) => {
      const needs = queueNeedsSchema.safeParse(await fabric.results.get(topics.needs(length.queue)))
      return { ...length, files: Object.keys(needs.data?.files ?? {}) }
    }),
  )
}

function describe(workers: readonly Told[], queues: readonly Line[]): string {
  const builds = new Set(workers.map(({ build }) => build))
  const rows = workers.map(
    ({ name, device, engine, memory, models, reading, loaded, cells, nodes, lastMinute, build }) => [
      name,
      cells === 0 ? 'idle' : `${cells} cells of ${Object.keys(nodes).join(', ')}`,
      `${lastMinute} a minute`,
      device,
      engine && `llama.cpp ${engine}`,
      memory > 0 ? `${Math.round(memory / 1e6)} MB` : '',
      `${models === 1 ? '1 model' : `${models} models`}${reading > 0 ? `, reads ${reading} more` : ''}`,
      loaded.length > 0 ? `holds ${loaded.join(', ')}` : '',
      // A server gives nothing to those of another version.
      builds.size > 1 ? `version ${build.slice(0, 8)}` : '',
    ],
  )
  const lines = queues
    .toSorted((a, b) => lengthOf(b) - lengthOf(a))
    .map((queue) => [
      queue.files.length === 0 ? 'no model' : queue.files.join(', '),
      `${lengthOf(queue)} chunks in line or worked on`,
      queue.interactive > 0 ? `somebody waits for ${queue.interactive}` : '',
    ])
  return [
    rows.length === 0 ? 'No worker answers.' : alignColumns(rows),
    lines.length === 0 ? 'Nothing waits.' : alignColumns(lines),
  ].join('\n\n')
}

function lengthOf({ interactive, others }: QueueLength): number {
  return interactive + others
}
