import type { Json, RunError } from '@woolgather/workflow'
import { runGraph } from './run-graph.ts'

/** Runs one node by itself: its outputs, or what went wrong. */
export async function runNode(
  type: string,
  inputs: Record<string, unknown>,
): Promise<Record<string, Json | undefined> | RunError> {
  const { outputs, errors } = await runGraph({ node: { type, inputs: inputs as Record<string, Json> } })
  const [error] = errors
  if (error !== undefined) return error
  return (outputs['node'] ?? {}) as Record<string, Json | undefined>
}
