import { createHmac } from 'node:crypto'
import type { RunError } from '@woolgather/workflow'

export interface WebhookRequest {
  url: URL
  /** As the configuration names it; the address itself may be secret. */
  name: string
  /** The same for every attempt, so that a receiver can tell them from another message. */
  id: string
  body: string
  /** Signs it; absent: it is not signed. */
  key: Buffer | undefined
  /** Milliseconds until the answer must have begun. */
  limit: number
  signal: AbortSignal
}

/** Why it was not taken, and whether it may be if it is sent again. */
export interface NotTaken {
  error: RunError
  again: boolean
}

/** Sends a message in the form of the Standard Webhooks, once. @returns undefined where it was taken */
export async function sendWebhook(request: WebhookRequest): Promise<NotTaken | undefined> {
  const { url, name, body, limit, signal } = request
  const late = AbortSignal.timeout(limit)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: headersOf(request),
      body,
      // Another address is not one of the configuration.
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    })
    await response.body?.cancel()
    return response.ok ? undefined : refusedBy(name, response.status)
  } catch (thrown) {
    const reason = late.aborted
      ? `did not answer within ${limit / 1_000} s`
      : `was not reached: ${reasonOf(thrown)}`
    return { error: { code: 'webhook-failed', message: `The webhook “${name}” ${reason}.` }, again: true }
  }
}

function headersOf({ id, body, key }: WebhookRequest): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  return {
    'content-type': 'application/json',
    'user-agent': 'Woolgather',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(key && { 'webhook-signature': signatureOf({ id, timestamp, body, key }) }),
  }
}

/** As the Standard Webhooks sign. */
export function signatureOf(message: { id: string; timestamp: string; body: string; key: Buffer }): string {
  const { id, timestamp, body, key } = message
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

function refusedBy(name: string, status: number): NotTaken {
  const redirects = status >= 300 && status < 400
  return {
    error: {
      code: 'webhook-failed',
      message: `The webhook “${name}” answered ${status}.`,
      ...(redirects && { hint: 'Redirects are not followed: configure the address it sends to.' }),
    },
    // It sends elsewhere, or says that it is gone for good.
    again: !redirects && status !== 410,
  }
}

/** `fetch failed` tells nothing; its cause does. */
function reasonOf(thrown: unknown): string {
  const { cause, code, message } = thrown as NodeJS.ErrnoException
  return cause instanceof Error ? reasonOf(cause) : (code ?? message)
}
