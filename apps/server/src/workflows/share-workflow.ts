import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { ImportedWorkflow } from '@woolgather/protocol'
import type { RequiredModel, Workflow, WorkflowNode } from '@woolgather/workflow'

/** Writes down in a workflow what it needs, and finds what of that is missing here. */
export interface WorkflowSharing {
  /** The workflow with every model it uses named in `requires`, with its sha256 where the file is here. */
  pack(workflow: Workflow): Promise<Workflow>
  /** Models it uses that are not here, with where to get them as far as it says so. */
  missing(workflow: Workflow): Promise<ImportedWorkflow['missing']>
}

export interface WorkflowSharingOptions {
  /** Searched in order. */
  modelFolders: readonly string[]
  /** Files below them, as workflows name them. */
  listModels: () => Promise<{ files: readonly { file: string }[] }>
}

export function createWorkflowSharing({ modelFolders, listModels }: WorkflowSharingOptions): WorkflowSharing {
  const hashes = new Map<string, string>()

  const hashOf = async (file: string): Promise<string | undefined> => {
    const { files } = await listModels()
    // Only what is listed: a name in a workflow is no path to be followed.
    if (!files.some((known) => known.file === file)) return undefined
    for (const folder of modelFolders) {
      const place = path.join(folder, file)
      const found = await stat(place).catch(() => undefined)
      if (found === undefined) continue
      const state = `${place}\0${found.size}\0${found.mtimeMs}`
      const hash = hashes.get(state) ?? (await hashFile(place))
      hashes.set(state, hash)
      return hash
    }
    return undefined
  }

  return {
    async pack(workflow) {
      const models: RequiredModel[] = []
      for (const model of requiredModels(workflow)) {
        const sha256 = (await hashOf(model.file)) ?? model.sha256
        models.push({ ...model, ...(sha256 !== undefined && { sha256 }) })
      }
      return models.length === 0 ? workflow : { ...workflow, requires: { models } }
    },
    async missing(workflow) {
      const here = new Set((await listModels()).files.map(({ file }) => file))
      return requiredModels(workflow).filter(({ file }) => !here.has(file))
    },
  }
}

/** Models named in `requires`, and files in inputs of nodes that end in `.gguf`. */
function requiredModels(workflow: Workflow): RequiredModel[] {
  const models = new Map<string, RequiredModel>()
  for (const model of workflow.requires?.models ?? []) models.set(model.file, model)
  const graphs = [workflow.nodes, ...Object.values(workflow.subgraphs ?? {}).map(({ nodes }) => nodes)]
  for (const file of graphs.flatMap(filesIn)) if (!models.has(file)) models.set(file, { file })
  return [...models.values()]
}

function filesIn(nodes: Record<string, WorkflowNode>): string[] {
  return Object.values(nodes)
    .flatMap(({ inputs }) => Object.values(inputs ?? {}))
    .filter((value): value is string => typeof value === 'string' && /^[^\n]{1,500}\.gguf$/i.test(value))
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
