import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { createFileArtifactStore } from '@woolgather/engine'
import type { WorkerFolders } from '@woolgather/protocol'
import { resolveFolders, type WorkerHandle } from '@woolgather/supervisor'
import { fetchOutputs, withSeeds, writtenAddresses, type Workflow } from '@woolgather/workflow'
import type { CliIo } from '../io/cli-io.ts'
import { createCollector, type CollectedRun } from '../outcome/collect-run.ts'
import { exitCodeOf, exitCodes } from '../io/exit-codes.ts'
import { readNodes } from '../reading/known-nodes.ts'
import { printable, printIssues } from '../print/print-issues.ts'
import { printOutputs } from '../print/print-outputs.ts'
import { printWarnings } from '../print/print-warnings.ts'
import { readWorkflow } from '../reading/read-workflow.ts'
import { askHosts } from '../running/ask-hosts.ts'
import { startOwnWorker } from '../running/own-worker.ts'
import type { RunOptions } from '../running/run-options.ts'
import { openServer } from '../running/open-server.ts'
import type { ServerRunner } from '../running/server-runner.ts'
import { createCellNames, type CellNames } from '../progress/name-cells.ts'
import type { Progress } from '../progress/progress.ts'
import { runSummary } from '../progress/run-summary.ts'
import { checkNotRead } from '../io/same-file.ts'
import { warningsOfRun } from '../outcome/warnings-of-run.ts'
import { showProgress } from '../progress/show-progress.ts'
import { checkWritable, writeResult } from '../print/write-result.ts'
import { jsonText } from '../print/json-text.ts'

/** `woolgather run FILE`: returns the exit code. */
export async function run(file: string, options: RunOptions, io: CliIo): Promise<number> {
  const folders = resolveFolders(options)
  const server = openServer(options, io)
  const { descriptions, broken } = server
    ? { descriptions: await server.descriptions(), broken: [] }
    : await readNodes(folders.nodes, io)
  const { workflow, plan, warnings } = await readWorkflow(file, io.stdin, descriptions, {
    broken,
    set: options.set ?? [],
    targets: options.target,
  })
  if (options.out !== undefined) {
    await checkNotRead(options.out, [{ file, what: 'the workflow' }])
    await checkWritable(options.out)
  }
  if (!options.quiet) printWarnings(warnings, io.stderr)
  if (server) for (const host of options.allowHost ?? []) await server.allowHost(host)
  else await askHosts(writtenAddresses(plan), { folders, allow: options.allowHost, io })

  const artifacts = server ?? artifactsOf(folders)
  const names = createCellNames(plan, (hash) => artifacts.readArtifact(hash))
  const result = await execute(workflow, { options, folders, io, server, names })
  const outputs = await fetchOutputs(plan, result.cells, (hash) => artifacts.readArtifact(hash))

  const known = new Set(warnings.map(({ message }) => message))
  const told = await warningsOfRun(plan, result.cells, (hash) => artifacts.readArtifact(hash))
  const later = told.filter(({ message }) => !known.has(message))

  if (!options.quiet) printWarnings(later, io.stderr)
  if (!options.json) {
    printOutputs(outputs, io.stdout)
    if (!options.quiet) printIssues(result.errors, io.stderr, (error) => names.nameOf(error))
  }
  if (options.out !== undefined) {
    const { status, errors, seeds } = result
    const all = [...warnings, ...later]
    await writeResult(options.out, {
      workflow: withSeeds(workflow, seeds),
      status,
      outputs,
      errors,
      ...(all.length > 0 && { warnings: all }),
    })
  }
  // Last, and once the result is written: on a terminal the lines of the cells have said it.
  if (!options.json && !options.quiet && !io.stderr.isTTY)
    io.stderr.write(`${printable(runSummary(workflow.name, result))}\n`)
  return exitCodeOf(result.status)
}

/** Where a worker of one's own leaves outputs too long for events. */
export function artifactsOf(folders: WorkerFolders): Pick<ServerRunner, 'readArtifact'> {
  const artifacts = createFileArtifactStore(path.join(folders.data, 'artifacts'))
  return { readArtifact: async (hash) => artifacts.get(hash) }
}

interface ExecuteOptions {
  options: RunOptions
  folders: WorkerFolders
  io: CliIo
  server: ServerRunner | undefined
  names: CellNames
}

/** Runs in a worker of its own, from its start to its end, or on a server. */
async function execute(
  workflow: Workflow,
  { options, folders, io, server, names }: ExecuteOptions,
): Promise<CollectedRun> {
  const show = options.json ? createJsonLines(io) : await showProgress(io.stderr, names, options)
  const collector = createCollector()
  const cancel = new AbortController()
  const worker = server ?? startOwnWorker(options, { folders, io, say: (text) => show.say(text) })
  const stopListening = io.onInterrupt(createInterrupter({ worker, cancel, say: (text) => show.say(text) }))
  try {
    await worker.run({
      run: randomUUID(),
      workflow,
      targets: options.target,
      signal: cancel.signal,
      onEvents: (events) => {
        for (const event of events) {
          collector.add(event)
          show.add(event)
        }
      },
    })
    return collector.result()
  } finally {
    await show.end()
    await worker.close()
    stopListening()
  }
}

/** The first Ctrl-C asks the run to end, the second does not ask. */
export function createInterrupter(options: {
  worker: Pick<WorkerHandle, 'kill'>
  cancel: AbortController
  say: (text: string) => void
}): () => void {
  return () => {
    if (options.cancel.signal.aborted) {
      void options.worker.kill().then(() => process.exit(exitCodes.cancelled))
      return
    }
    options.say('Cancelling; press Ctrl-C again to stop at once.')
    options.cancel.abort()
  }
}

/** Events for programs on stdout; what is for people stays on stderr. */
function createJsonLines({ stdout, stderr }: CliIo): Progress {
  return {
    add: (event) => stdout.write(`${jsonText(event)}\n`),
    say: (text) => stderr.write(`${printable(text)}\n`),
    end: () => Promise.resolve(),
  }
}
