import path from 'node:path'
import {
  createModelLedger,
  downloadModel,
  openDownloadHosts,
  openModels,
  type MissingModel,
  type ModelList,
  type Models,
} from '@woolgather/files'
import type { WorkerFolders } from '@woolgather/protocol'
import { resolveFolders, serverOptions } from '@woolgather/supervisor'
import { isModelAddress, renameModel, requiredModels } from '@woolgather/workflow'
import type { CliIo } from '../io/cli-io.ts'
import { CliError } from '../io/cli-error.ts'
import { checkMachine } from '../doctor/check-machine.ts'
import { checkWorkflow } from '../doctor/check-workflow.ts'
import { readNodes } from '../reading/known-nodes.ts'
import { printFindings, type Finding } from '../doctor/finding.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { findIn } from '../reading/read-workflow.ts'
import type { RunOptions } from '../running/run-options.ts'
import { printable } from '../print/print-issues.ts'
import { checkWritable, writeResult } from '../print/write-result.ts'
import { jsonText } from '../print/json-text.ts'

export interface DoctorOptions extends Pick<RunOptions, 'models' | 'output' | 'data' | 'nodes' | 'cpu'> {
  port?: string
  fetch?: boolean
  /** Names what is here under another name in place of what is missing. */
  here?: boolean
  /** Of models that another file has the name of. */
  existing?: 'beside' | 'replace' | undefined
  /** Where the workflow goes that names what was saved beside. */
  out?: string
  json?: boolean
}

/** `woolgather doctor [FILE]`: what is wrong with this machine, or with a workflow on it. Returns the exit code. */
export async function doctor(file: string | undefined, options: DoctorOptions, io: CliIo): Promise<number> {
  const findings =
    file === undefined
      ? await checkMachine(
          { folders: resolveFolders(options), port: readPort(options.port), cpu: options.cpu === true },
          io,
        )
      : await examine(file, options, io)
  if (options.json) io.stdout.write(`${jsonText(findings, 2)}\n`)
  else printFindings(findings, io.stdout)
  return findings.some(({ state }) => state === 'fail') ? exitCodes.failed : exitCodes.ok
}

async function examine(file: string, options: DoctorOptions, io: CliIo): Promise<Finding[]> {
  const folders = resolveFolders(options)
  const found = await findIn(file, io.stdin)
  const known = await readNodes(folders.nodes, io)
  const descriptions = new Map(known.descriptions.map((description) => [description.type, description]))
  const models = openModels({ folders: folders.models, data: folders.data })
  const ledger = createModelLedger({
    models,
    descriptions,
    memory: path.join(folders.data, 'model-hashes.json'),
  })
  if (options.out !== undefined) await checkWritable(options.out)
  let { workflow } = found
  if (options.here) {
    for (const { file: from, same } of await ledger.missing(workflow)) {
      if (same?.[0] !== undefined) workflow = renameModel(workflow, { from, to: same[0] }, descriptions)
    }
  }
  if (options.fetch) {
    const saved = await fetchAll(await ledger.missing(workflow), { folders, existing: options.existing, io })
    for (const change of saved) workflow = renameModel(workflow, change, descriptions)
  }
  if ((options.fetch || options.here) && options.out !== undefined) await writeResult(options.out, workflow)
  return checkWorkflow(workflow, {
    descriptions,
    broken: known.broken,
    missing: await ledger.missing(workflow),
    unreadable: await findUnreadable(requiredModels(workflow, descriptions), models),
    file,
  })
}

/** Of the files that a workflow names, those that are here and are cut, lack a part, or are none. */
async function findUnreadable(
  required: readonly { file: string }[],
  models: Models,
): Promise<ModelList['unreadable']> {
  if (required.length === 0) return []
  const { unreadable } = await models.list()
  const found = await Promise.all(required.map(({ file }) => models.locate(file).catch(() => undefined)))
  const named = new Set(found.map((one) => one?.ref))
  return unreadable.filter(({ file }) => named.has(file))
}

interface FetchOptions extends Pick<DoctorOptions, 'existing'> {
  folders: WorkerFolders
  io: CliIo
}

/**
 * Fetches what is missing and has a source. The first that fails ends it: what is here then is kept. Returns the names
 * of those that were saved beside another file.
 */
async function fetchAll(
  missing: readonly MissingModel[],
  { folders, existing, io }: FetchOptions,
): Promise<{ from: string; to: string }[]> {
  const hosts = openDownloadHosts(folders)
  const directory = folders.models[0] ?? 'models'
  const cancel = new AbortController()
  const stopListening = io.onInterrupt(() => cancel.abort())
  const saved: { from: string; to: string }[] = []
  try {
    for (const { file, source, sha256, problem } of missing) {
      if (source === undefined || (problem === 'different' && existing === undefined)) continue
      await hosts.trust(source)
      let told = -1
      const got = await downloadModel({
        uri: source,
        directory,
        file: isModelAddress(file) ? undefined : file,
        sha256,
        existing,
        signal: cancel.signal,
        onProgress({ done, total }) {
          const percent = total === undefined ? 0 : Math.floor((done / total) * 10) * 10
          if (percent > told) io.stderr.write(`${printable(file)}: ${percent} %\n`)
          told = Math.max(told, percent)
        },
      })
      const to = path.relative(directory, got.path).replaceAll(path.sep, '/')
      const moved = existing === 'beside' && to !== file && !isModelAddress(file)
      if (moved) saved.push({ from: file, to })
      const as = moved ? ` as ${printable(to)}: name it so in the workflow (--out writes one that does)` : ''
      io.stderr.write(`${printable(file)}: fetched${as}, ${(got.bytes / 1e6).toFixed(1)} MB\n`)
    }
    return saved
  } finally {
    stopListening()
  }
}

function readPort(text: string | undefined): number {
  const port = text === undefined ? serverOptions.port.default : Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new CliError([{ code: 'invalid-input', message: `--port must be 1 to 65535, not “${text}”.` }])
}
