import { findWorkflow, type ModelLedger } from '@woolgather/files'
import {
  importBytes,
  routes,
  type ImportedWorkflow,
  type SavedWorkflow,
  type WorkflowRevision,
  type WorkflowSummary,
} from '@woolgather/protocol'
import { documentLimits, missingNodeTypes, type Descriptions } from '@woolgather/workflow'
import express, { Router } from 'express'
import { z } from 'zod'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { HttpError } from './http-error.ts'
import { jsonBody } from './json-body.ts'
import { readQuery } from './read-request.ts'
import { readSaveRequest } from './read-save-request.ts'

const limit = documentLimits.bytes + 65_536
const removeSchema = z.object({ revision: z.string().min(1).max(100) })

export interface ServeWorkflowsOptions {
  workflows: WorkflowStore
  /** Knows which models are here. */
  ledger: ModelLedger
  descriptions: Descriptions
}

/** Saved workflows over HTTP: their states, and how they are given on. */
export function serveWorkflows({ workflows, ledger, descriptions }: ServeWorkflowsOptions): Router {
  const router = Router()

  router.get(routes.workflows, async (_request, response) => {
    response.json((await workflows.list()) satisfies WorkflowSummary[])
  })

  router.get('/api/workflows/:id', async (request, response) => {
    response.json((await workflows.read(request.params.id)) satisfies SavedWorkflow)
  })

  router.put('/api/workflows/:id', jsonBody(limit), async (request, response) => {
    const { workflow, revision } = readSaveRequest(request.body)
    const id = String(request.params['id'])
    const filled = await ledger.fill(workflow, { patient: false })
    response.json((await workflows.save(id, filled, revision)) satisfies SavedWorkflow)
  })

  router.delete('/api/workflows/:id', async (request, response) => {
    const { revision } = readQuery(removeSchema, request.query)
    await workflows.remove(request.params.id, revision)
    response.status(204).end()
  })

  router.get('/api/workflows/:id/revisions', async (request, response) => {
    response.json((await workflows.revisions(request.params.id)) satisfies WorkflowRevision[])
  })

  router.get('/api/workflows/:id/revisions/:revision', async (request, response) => {
    const { id, revision } = request.params
    response.json((await workflows.readRevision(id, revision)) satisfies SavedWorkflow)
  })

  router.get('/api/workflows/:id/export', async (request, response) => {
    const { id, workflow } = await workflows.read(request.params.id)
    response
      .set('content-disposition', `attachment; filename="${id}.json"`)
      .json(await ledger.fill(workflow, { patient: true }))
  })

  const importBody = express.raw({ type: () => true, limit: importBytes })
  router.post(routes.importWorkflow, importBody, async (request, response) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const { workflow, carrier, issues } = await findWorkflow(bytes, { whole: bytes.length < importBytes })
    if (issues) {
      const [first] = issues
      throw new HttpError(
        422,
        first?.code ?? 'no-workflow',
        first?.message ?? 'This file carries no workflow.',
        first?.hint,
      )
    }
    const missing = {
      models: await ledger.missing(workflow),
      nodeTypes: missingNodeTypes(workflow, descriptions),
    }
    response.json({ workflow, carrier, missing } satisfies ImportedWorkflow)
  })

  return router
}
