import path from 'node:path'
import { createModelLedger, downloadModel, openDownloadHosts, type MissingModel } from '@woolgather/files'
import type { WorkerFolders } from '@woolgather/protocol'
import { resolveFolders, serverOptions } from '@woolgather/supervisor'
import { isModelAddress } from '@woolgather/workflow'
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

export interface DoctorOptions extends Pick<RunOptions, 'models' | 'output' | 'data' | 'nodes' | 'cpu'> {
  port?: string
  fetch?: boolean
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
  if (options.json) io.stdout.write(`${JSON.stringify(findings, null, 2)}\n`)
  else printFindings(findings, io.stdout)
  return findings.some(({ state }) => state === 'fail') ? exitCodes.failed : exitCodes.ok
}

async function examine(file: string, options: DoctorOptions, io: CliIo): Promise<Finding[]> {
  const folders = resolveFolders(options)
  const { workflow } = await findIn(file, io.stdin)
  const known = await readNodes(folders.nodes, io)
  const descriptions = new Map(known.descriptions.map((description) => [description.type, description]))
  const ledger = createModelLedger({
    folders: folders.models,
    descriptions,
    memory: path.join(folders.data, 'model-hashes.json'),
  })
  if (options.fetch) await fetchAll(await ledger.missing(workflow), folders, io)
  return checkWorkflow(workflow, {
    descriptions,
    broken: known.broken,
    missing: await ledger.missing(workflow),
    file,
  })
}

/** Fetches what is missing and has a source. The first that fails ends it: what is here then is kept. */
async function fetchAll(missing: readonly MissingModel[], folders: WorkerFolders, io: CliIo): Promise<void> {
  const hosts = openDownloadHosts(folders)
  const cancel = new AbortController()
  const stopListening = io.onInterrupt(() => cancel.abort())
  try {
    for (const { file, source, sha256, problem } of missing) {
      if (source === undefined || problem === 'different') continue
      await hosts.trust(source)
      let told = -1
      const { bytes } = await downloadModel({
        uri: source,
        directory: folders.models[0] ?? 'models',
        file: isModelAddress(file) ? undefined : file,
        sha256,
        signal: cancel.signal,
        onProgress({ done, total }) {
          const percent = total === undefined ? 0 : Math.floor((done / total) * 10) * 10
          if (percent > told) io.stderr.write(`${printable(file)}: ${percent} %\n`)
          told = Math.max(told, percent)
        },
      })
      io.stderr.write(`${printable(file)}: fetched, ${(bytes / 1e6).toFixed(1)} MB\n`)
    }
  } finally {
    stopListening()
  }
}

function readPort(text: string | undefined): number {
  const port = text === undefined ? serverOptions.port.default : Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new CliError([{ code: 'invalid-input', message: `--port must be 1 to 65535, not “${text}”.` }])
}
