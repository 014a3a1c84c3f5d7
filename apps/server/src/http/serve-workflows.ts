import {
  routes,
  type ImportedWorkflow,
  type SavedWorkflow,
  type WorkflowRevision,
  type WorkflowSummary,
} from '@woolgather/protocol'
import { documentLimits, parseWorkflow } from '@woolgather/workflow'
import express, { Router } from 'express'
import { z } from 'zod'
import type { WorkflowSharing } from '../workflows/share-workflow.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { HttpError } from './http-error.ts'
import { readQuery } from './read-request.ts'
import { readSaveRequest } from './read-save-request.ts'

const limit = documentLimits.bytes + 65_536
const removeSchema = z.object({ revision: z.string().min(1).max(100) })

/** Saved workflows over HTTP: their states, and how they are given on. */
export function serveWorkflows(workflows: WorkflowStore, sharing: WorkflowSharing): Router {
  const router = Router()

  router.get(routes.workflows, async (_request, response) => {
    response.json((await workflows.list()) satisfies WorkflowSummary[])
  })

  router.get('/api/workflows/:id', async (request, response) => {
    response.json((await workflows.read(request.params.id)) satisfies SavedWorkflow)
  })

  router.put('/api/workflows/:id', express.json({ limit }), async (request, response) => {
    const { workflow, revision } = readSaveRequest(request.body)
    const id = String(request.params['id'])
    response.json((await workflows.save(id, workflow, revision)) satisfies SavedWorkflow)
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
      .json(await sharing.pack(workflow))
  })

  router.post(routes.importWorkflow, express.text({ type: () => true, limit }), async (request, response) => {
    const { workflow, issues } = parseWorkflow(String(request.body))
    if (issues) {
      const [first] = issues
      throw new HttpError(
        422,
        first?.code ?? 'invalid-workflow',
        first?.message ?? 'This is no workflow.',
        first?.hint,
      )
    }
    response.json({ workflow, missing: await sharing.missing(workflow) } satisfies ImportedWorkflow)
  })

  return router
}
