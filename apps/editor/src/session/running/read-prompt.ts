import type { Client } from '@woolgather/protocol'
import type { RunError } from '@woolgather/workflow'
import type { PromptPreview } from '../../document/preview-prompt.ts'
import { readPromptTokens, type PromptToken } from '../../run/read-tokens.ts'
import type { Editor } from '../../store/editor.ts'

/** What a model reads, or why it cannot be told. */
export type PromptReading = { tokens: readonly PromptToken[] } | { error: Pick<RunError, 'message' | 'hint'> }

/** Seconds that a reading may take, with what runs before it. */
const patience = 30

/**
 * Asks for a prompt as it is written out: a run like any other, before those that wait, of which nothing is kept.
 * Aborting cancels it.
 */
export async function readPrompt(
  { client }: Editor,
  { workflow, target }: PromptPreview,
  signal: AbortSignal,
): Promise<PromptReading | undefined> {
  const accepted = await client.ask('submitRun', {
    query: { wait: 0 },
    body: { workflow, targets: [target], priority: 100 },
  })
  const id = accepted.run
  const cancel = (): void => void client.ask('cancelRun', { id }).catch(() => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  try {
    const { outputs, error, status } = await client.ask('run', { id, query: { wait: patience } })
    if (signal.aborted) return undefined
    const found = readPromptTokens(JSON.stringify(firstOf(outputs?.[target]?.['tokens']) ?? null))
    if (found) return { tokens: found }
    if (error) return { error }
    if (status === 'queued' || status === 'running') {
      cancel()
      return { error: { message: 'Another run is going on: it is told after that.' } }
    }
    return { error: await firstError(client, id) }
  } finally {
    signal.removeEventListener('abort', cancel)
    void forget(client, id)
  }
}

/** Of what is swept, the first cell stands for all. */
function firstOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('cells' in value) || !Array.isArray(value.cells))
    return value
  const [cell] = value.cells as { value?: unknown }[]
  return cell?.value
}

async function firstError(client: Client, id: string): Promise<Pick<RunError, 'message' | 'hint'>> {
  const { events } = await client.ask('runEvents', { id, query: { after: -1 } })
  for (const event of events) if (event.type === 'cell.failed') return event.error
  return { message: 'It was not told what the model reads.' }
}

/** A run that is looked at once is none of the history. */
async function forget(client: Client, id: string): Promise<void> {
  await client
    .ask('run', { id, query: { wait: patience } })
    .then(() => client.ask('deleteRun', { id }))
    .catch(() => undefined)
}
