import { nanos, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { Lease, Work } from '../interface/fabric.ts'

/** Milliseconds to wait for the server to say that it has heard. */
const patience = 5_000

export interface LeaseOptions {
  connection: NatsConnection
  leaseMs: number
  offer: (work: Work) => Promise<void>
  has: (work: Work) => Promise<boolean>
}

/**
 * A message that a pull consumer delivered, as the JetStream protocol has it: its reply subject says how often, and takes
 * what became of it.
 */
export function leaseOf(message: Msg, work: Work, { connection, leaseMs, offer, has }: LeaseOptions): Lease {
  const reply = message.reply ?? ''
  let heldUntil = Date.now() + leaseMs
  /**
   * What the server did not hear it offers again; what was done has its results. Where the lease ran out others may have
   * the work by now, and the server does not tell whose word it is.
   */
  const tell = async (verdict: string): Promise<boolean> => {
    if (Date.now() > heldUntil) return false
    const heard = connection.request(reply, verdict, { timeout: patience })
    return heard.then(
      () => true,
      () => false,
    )
  }
  return {
    work,
    attempt: deliveriesOf(reply),
    beat() {
      if (Date.now() > heldUntil) return
      heldUntil = Date.now() + leaseMs
      connection.publish(reply, '+WPI')
    },
    done: async () => void (await tell('+ACK')),
    fail: async (delay = 0) =>
      void (await tell(delay > 0 ? `-NAK ${JSON.stringify({ delay: nanos(delay) })}` : '-NAK')),
    async giveBack() {
      // What was dropped meanwhile stays so.
      if ((await has(work)) && (await tell('+ACK'))) await offer(work)
    },
  }
}

/** Takes out of the line what is no work; where the server does not hear of it, it comes again. */
export async function dismiss(connection: NatsConnection, message: Msg): Promise<void> {
  await connection.request(message.reply ?? '', '+TERM', { timeout: patience }).catch(() => undefined)
}

/** `$JS.ACK.<stream>.<consumer>.<delivered>.…`; newer servers name domain and account before the stream. */
function deliveriesOf(reply: string): number {
  const tokens = reply.split('.')
  return Number(tokens.length > 9 ? tokens[6] : tokens[4])
}
