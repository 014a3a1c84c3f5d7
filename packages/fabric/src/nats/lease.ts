import { nanos, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { Lease, Work } from '../interface/fabric.ts'

/** Milliseconds to wait for the server to say that it has heard. */
const patience = 5_000

/**
 * A message that a pull consumer delivered, as the JetStream protocol has it: its reply subject says how often, and takes
 * what became of it.
 */
export function leaseOf(
  connection: NatsConnection,
  message: Msg,
  work: Work,
  offer: (work: Work) => Promise<void>,
): Lease {
  const reply = message.reply ?? ''
  const tell = (verdict: string): Promise<unknown> =>
    connection.request(reply, verdict, { timeout: patience })
  /** What it did not hear it offers again; what was done has its results. */
  const tellIfHeard = (verdict: string): Promise<unknown> => tell(verdict).catch(() => undefined)
  return {
    work,
    attempt: deliveriesOf(reply),
    beat: () => connection.publish(reply, '+WPI'),
    done: async () => void (await tellIfHeard('+ACK')),
    fail: async (delay = 0) =>
      void (await tellIfHeard(delay > 0 ? `-NAK ${JSON.stringify({ delay: nanos(delay) })}` : '-NAK')),
    async giveBack() {
      // Where it is not heard the lease runs out.
      if ((await tellIfHeard('+ACK')) !== undefined) await offer(work)
    },
  }
}

/** `$JS.ACK.<stream>.<consumer>.<delivered>.…`; newer servers name domain and account before the stream. */
function deliveriesOf(reply: string): number {
  const tokens = reply.split('.')
  return Number(tokens.length > 9 ? tokens[6] : tokens[4])
}
