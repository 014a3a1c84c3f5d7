import type { RunDetails, WebhookDelivery } from '@woolgather/protocol'
import type { Webhook } from '@woolgather/supervisor'
import type { RunService } from '../runs/run-service.ts'
import { sendWebhook, type NotTaken } from './send-webhook.ts'
import { writeMessage } from './webhook-message.ts'

export interface WebhookPatience {
  /** Milliseconds before each further attempt. */
  waits: readonly number[]
  /** Milliseconds that one attempt may take. */
  limit: number
}

export const webhookPatience: WebhookPatience = {
  waits: [5_000, 30_000, 120_000, 600_000, 3_600_000],
  limit: 15_000,
}

export interface DeliverWebhooksOptions {
  webhooks: readonly Webhook[]
  key: Buffer | undefined
  basePath: string
  runs: Pick<RunService, 'onEnd' | 'untold' | 'webhook' | 'noteWebhook'>
  /** A run that has ended, with its outputs. */
  describe: (run: string) => Promise<RunDetails | undefined>
  patience: WebhookPatience
  /** A run goes on as it is whatever becomes of telling it. */
  onFailure: (thrown: unknown, run: string) => void
}

/** Messages on their way at once; the others wait. */
const maxSending = 4

/** Tells webhooks of runs that have ended, also of those that ended before the server was started again. */
export function deliverWebhooks(options: DeliverWebhooksOptions): { close: () => Promise<void> } {
  const { webhooks, key, basePath, runs, describe, patience, onFailure } = options
  const addresses = new Map(webhooks.map(({ name, url }) => [name, url]))
  const closing = new AbortController()
  const due: string[] = []
  const sending = new Set<Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  /** Of those that were not taken yet: it counts also where it cannot be written. */
  const tried = new Map<string, WebhookDelivery>()

  const enqueue = (run: string): void => {
    due.push(run)
    pump()
  }

  const pump = (): void => {
    while (sending.size < maxSending && due.length > 0 && !closing.signal.aborted) {
      const run = due.shift()!
      const work = attempt(run)
        .catch((thrown: unknown) => onFailure(thrown, run))
        .finally(() => {
          sending.delete(work)
          pump()
        })
      sending.add(work)
    }
  }

  const attempt = async (run: string): Promise<void> => {
    const delivery = tried.get(run) ?? runs.webhook(run)
    const details = delivery && (await describe(run))
    // Forgotten, or taken up again meanwhile.
    if (delivery === undefined || details?.finished === undefined) return void tried.delete(run)
    const failure = await send(delivery.name, details)
    if (closing.signal.aborted) return
    settle(run, delivery, failure)
  }

  const send = async (name: string, details: RunDetails): Promise<NotTaken | undefined> => {
    const url = addresses.get(name)
    if (url === undefined) return noLonger(name)
    return sendWebhook({
      url,
      name,
      id: `${details.run}.${details.finished}`,
      body: writeMessage(details, basePath),
      key,
      limit: patience.limit,
      signal: closing.signal,
    })
  }

  const settle = (run: string, { name, attempts: before }: WebhookDelivery, failure?: NotTaken): void => {
    const attempts = before + 1
    const wait = failure?.again ? patience.waits[before] : undefined
    const state = failure === undefined ? 'delivered' : wait === undefined ? 'failed' : 'pending'
    const delivery: WebhookDelivery = { name, state, attempts, ...(failure && { error: failure.error }) }
    runs.noteWebhook(run, delivery)
    if (state === 'failed') onFailure(failure?.error, run)
    if (wait === undefined) return void tried.delete(run)
    tried.set(run, delivery)
    const timer = setTimeout(() => {
      timers.delete(timer)
      enqueue(run)
    }, wait).unref()
    timers.add(timer)
  }

  runs.onEnd((run) => {
    if (runs.webhook(run) === undefined) return
    tried.delete(run)
    enqueue(run)
  })
  for (const run of runs.untold()) enqueue(run)

  return {
    async close() {
      closing.abort()
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(sending)
    },
  }
}

function noLonger(name: string): NotTaken {
  const message = `This server no longer has a webhook “${name}”.`
  return { error: { code: 'unknown-webhook', message }, again: false }
}
