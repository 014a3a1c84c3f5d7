import { randomUUID } from 'node:crypto'
import type { NodeContext, Registry } from '@woolgather/engine'
import { hashOf, openFabric, forgetSecrets, type Fabric, type QueueNeeds } from '@woolgather/fabric'
import { openDownloadHosts } from '@woolgather/files'
import { loadNodes, type NodeServices, type WoolgatherNode } from '@woolgather/nodes'
import type { WorkerFolders, WorkerMessage } from '@woolgather/protocol'
import { isModelAddress, type RunEvent } from '@woolgather/workflow'
import type { Host, RunAsked } from '../host/host.ts'
import { describeTask, textsIn } from './cell-task.ts'
import { createFabricServices, Elsewhere } from './fabric-services.ts'
import { knowWorkers } from './known-workers.ts'
import { openOffers } from './offers.ts'
import { gatherOffered } from './offered-models.ts'
import { mostWaiting } from './pace.ts'
import { reportFabric } from './report-fabric.ts'

export interface FabricHostOptions {
  /** Address of the fabric. */
  address: string
  folders: WorkerFolders
  /** Defines what is not the library's. */
  registry: Registry<NodeServices>
  send: (message: WorkerMessage) => void
  /** What tells the code that computes from any other. */
  build: string
}

/** Cells of a run that somebody waits for; what comes after them is a sweep. */
const firstCells = 64

type RunCell = WoolgatherNode['run']

/** Workers elsewhere: what needs models is offered to them, everything else runs here. */
export async function openFabricHost(options: FabricHostOptions): Promise<Host> {
  const { address, folders, registry, send, build } = options
  const fabric = await openFabric(address, { onTrouble: (text) => send({ type: 'trouble', text }) })
  // Packages of nodes run in this process, too.
  forgetSecrets(process.env)
  const workers = knowWorkers(fabric, build)
  const offers = openOffers(fabric, `asker-${randomUUID()}`)
  const offered = gatherOffered(fabric, workers)
  const report = reportFabric({ fabric, workers, offered, send })
  const services = createFabricServices({ workers, offered, folders })
  const hosts = openDownloadHosts(folders)
  const keepWorkflow = rememberArtifacts(fabric)

  /** What a worker must have for a cell: the files that its inputs name. */
  const needsOf = (inputs: unknown): QueueNeeds => {
    const names = textsIn(inputs, (text) => workers.knownContentOf(text) !== undefined)
    const files = names.map((name) => [name, workers.knownContentOf(name) as string] as const)
    return { build, files: Object.fromEntries(files) }
  }

  /** Hosts of addresses that the inputs name, those left out that nobody has allowed yet. */
  const hostsIn = (inputs: unknown): string[] => {
    const addresses = textsIn(inputs, (text) => URL.canParse(text) && isModelAddress(text))
    const allowed = addresses.filter((address) => hosts.unasked(address) === undefined)
    return [...new Set(allowed.map((address) => new URL(address).host).filter((host) => host !== ''))]
  }

  const runElsewhere = async (
    definition: WoolgatherNode,
    inputs: Parameters<RunCell>[0],
    context: NodeContext<NodeServices>,
    { request, interactive }: { request: RunAsked; interactive: boolean },
  ): Promise<Awaited<ReturnType<RunCell>>> => {
    const needs = needsOf(inputs)
    const { node, at } = context
    const isOwn = definition.impure === true || isFresh(request, node, at)
    const task = describeTask({
      definition,
      inputs,
      context,
      needs,
      // Only what writes files puts it into them.
      ...(mayCarry(definition) && { workflow: await keepWorkflow(context.workflow) }),
      hosts: hostsIn(inputs),
      once: isOwn ? JSON.stringify([request.run, node, at]) : undefined,
    })
    const line = {
      queue: hashOf({ ...needs }).slice(0, 32),
      needs,
      interactive,
      workers: workers.able(needs.files),
    }
    const outputs = await offers.run({
      task,
      line,
      signal: context.signal,
      enough: context.enough,
      onTaken: context.taken,
      onEvent: (event) => pass(event, context),
    })
    return outputs as Awaited<ReturnType<RunCell>>
  }

  /** The same node, run where its models are. */
  const sendAway = (
    definition: WoolgatherNode,
    request: RunAsked,
    cells: { begun: number },
  ): WoolgatherNode => {
    // Its cells are put together with those that hold the same by whoever runs them.
    const { holds: _, timeoutMs: __, ...rest } = definition
    const goElsewhere: RunCell = (inputs, context) => {
      const interactive = request.interactive !== false && cells.begun++ < firstCells
      return runElsewhere(definition, inputs, context, { request, interactive })
    }
    if (definition.resource === 'model' || definition.resource === 'training')
      return { ...rest, run: goElsewhere }
    return {
      ...definition,
      async run(inputs, context) {
        try {
          return await definition.run(inputs, context)
        } catch (error) {
          if (!(error instanceof Elsewhere)) throw error
          return goElsewhere(inputs, context)
        }
      },
    }
  }

  return {
    services,
    concurrency: { default: 64, model: mostWaiting, training: mostWaiting },
    async definitionsOf(request) {
      const all = new Map([...(await loadNodes(request.workflow)), ...registry.definitions])
      const cells = { begun: 0 }
      return new Map([...all].map(([type, definition]) => [type, sendAway(definition, request, cells)]))
    },
    hold: () => {},
    unload: () => {},
    async [Symbol.asyncDispose]() {
      report.stop()
      workers.close()
      await offers[Symbol.asyncDispose]()
      await fabric[Symbol.asyncDispose]()
    },
  }
}

/** What somebody may be watching. */
function pass(event: RunEvent, context: NodeContext<NodeServices>): void {
  if (event.type === 'cell.token') context.token(event.text, event.logprobs as readonly object[] | undefined)
  else if (event.type === 'cell.progress') context.progress(event.done, event.total, event.unit)
  else if (event.type === 'cell.chart') context.chart(event.chart)
  else if (event.type === 'cell.canvas') context.canvas(event)
}

function mayCarry({ sink, origin }: WoolgatherNode): boolean {
  return sink === true || origin !== undefined
}

function isFresh({ fresh = [] }: RunAsked, node: string, at: Readonly<Record<string, number>>): boolean {
  return fresh.some(
    (choice) =>
      choice.node === node && Object.entries(choice.at).every(([axis, index]) => at[axis] === index),
  )
}

/** Puts workflows where workers find them, each once. */
function rememberArtifacts(fabric: Fabric): (workflow: object) => Promise<string> {
  const kept = new WeakMap<object, Promise<string>>()
  return (workflow) => {
    const known = kept.get(workflow)
    if (known !== undefined) return known
    const keeping = fabric.artifacts.put(new TextEncoder().encode(JSON.stringify(workflow)))
    kept.set(workflow, keeping)
    keeping.catch(() => kept.delete(workflow))
    return keeping
  }
}
