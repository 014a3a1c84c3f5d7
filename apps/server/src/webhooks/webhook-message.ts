import { pathOf, type RunDetails, type WebhookMessage } from '@woolgather/protocol'

/** Bytes of a message: what receivers commonly take. */
export const mostMessageBytes = 1_048_576

/**
 * What is told of a run that has ended, as JSON.
 * @param details with its long outputs as references where they are too much together
 */
export function writeMessage(details: RunDetails, basePath: string): string {
  const {
    workflow: _,
    targets: _targets,
    versions: _versions,
    seeds: _seeds,
    webhook: _webhook,
    ...data
  } = details
  const message: WebhookMessage = {
    type: 'run.finished',
    timestamp: new Date(details.finished ?? Date.now()).toISOString(),
    data: { ...data, path: basePath + pathOf('run', { id: details.run }) },
  }
  const text = JSON.stringify(message)
  if (Buffer.byteLength(text) <= mostMessageBytes) return text
  return JSON.stringify({ ...message, data: { ...message.data, outputs: undefined, outputsLeftOut: true } })
}
