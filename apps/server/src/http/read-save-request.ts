import { parseWorkflow, type Workflow } from '@woolgather/workflow'
import { z } from 'zod'
import { HttpError } from '../errors/http-error.ts'

/** The workflow itself is read by `parseWorkflow`, which bounds depth before anything walks through it. */
const envelopeSchema = z.strictObject({
  workflow: z.unknown(),
  revision: z.string().max(100).optional(),
})

/**
 * Body of `PUT /api/workflows/:id`.
 * @throws HttpError 400 protocol, invalid-workflow and the like, with the first issue found
 */
export function readSaveRequest(body: unknown): { workflow: Workflow; revision: string | undefined } {
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) {
    throw new HttpError(400, 'protocol', 'The body must be { "workflow": …, "revision": … }.', {
      hint: 'Send it as JSON, with content-type application/json.',
    })
  }
  return { workflow: readDocument(envelope.data.workflow), revision: envelope.data.revision }
}

/** @throws HttpError 400 with the first issue found */
export function readDocument(value: unknown): Workflow {
  const { workflow, issues } = parseWorkflow(value)
  if (workflow) return workflow
  const [first] = issues
  throw new HttpError(400, first?.code ?? 'invalid-workflow', first?.message ?? 'This is no workflow.', {
    hint: first?.hint,
  })
}
