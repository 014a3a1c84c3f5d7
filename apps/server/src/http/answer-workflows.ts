import { findWorkflow, type DownloadHosts, type ModelLedger } from '@woolgather/files'
import { importBytes } from '@woolgather/protocol'
import { missingNodeTypes, type Descriptions, type Workflow } from '@woolgather/workflow'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { HttpError } from '../errors/http-error.ts'
import { readDocument, readSaveRequest } from './read-save-request.ts'
import { handlers } from './serve-endpoints.ts'

/** What a server was started with, and is to be opened: whoever has its id has it from this server. */
export interface Opened {
  id: string
  workflow: Workflow
}

export interface AnswerWorkflowsOptions {
  workflows: WorkflowStore
  /** Knows which models are here. */
  ledger: ModelLedger
  descriptions: Descriptions
  /** Knows whom a person has to be asked about. */
  hosts: Pick<DownloadHosts, 'unasked'>
  opened?: Opened | undefined
}

/** Saved workflows over HTTP: their states, and how they are given on. */
export function answerWorkflows({ workflows, ledger, descriptions, hosts, opened }: AnswerWorkflowsOptions) {
  return handlers({
    workflows: () => workflows.list(),
    workflow: ({ parameters }) => workflows.read(parameters.id),
    async saveWorkflow({ parameters, request }) {
      const { workflow, revision } = readSaveRequest(request.body)
      const filled = await ledger.fill(workflow, { patient: false })
      return workflows.save(parameters.id, filled, revision)
    },
    deleteWorkflow: ({ parameters, query }) => workflows.remove(parameters.id, query.revision),
    revisions: ({ parameters }) => workflows.revisions(parameters.id),
    revision: ({ parameters }) => workflows.readRevision(parameters.id, parameters.revision),
    openedWorkflow({ parameters }) {
      if (opened?.id === parameters.id) return opened.workflow
      throw new HttpError(404, 'not-found', 'The server was started anew since this address was made.', {
        hint: 'Open the address that it prints, or drop the file on the editor.',
      })
    },
    async exportWorkflow({ parameters, response }) {
      const { id, workflow } = await workflows.read(parameters.id)
      response.set('content-disposition', `attachment; filename="${id}.json"`)
      return ledger.fill(workflow, { patient: true })
    },
    shareWorkflow: ({ request }) => ledger.fill(readDocument(request.body), { patient: true }),
    async importWorkflow({ request }) {
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const { workflow, carrier, issues } = await findWorkflow(bytes, { whole: bytes.length < importBytes })
      if (issues) {
        const [first] = issues
        throw new HttpError(
          422,
          first?.code ?? 'no-workflow',
          first?.message ?? 'This file carries no workflow.',
          { hint: first?.hint },
        )
      }
      const missing = {
        models: (await ledger.missing(workflow)).map((model) => ({
          ...model,
          ...(model.source !== undefined && { host: hosts.unasked(model.source) }),
        })),
        nodeTypes: missingNodeTypes(workflow, descriptions),
      }
      return { workflow, carrier, missing }
    },
  })
}
