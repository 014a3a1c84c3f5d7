import { connect, type NatsConnection } from '@nats-io/transport-node'
import { readCredentials } from './credentials.ts'
import { explain, type Reached } from './explain.ts'

/** Milliseconds between two attempts to connect again, and for one. */
const reconnectWait = 500
/** Milliseconds between two signs of life of the server, of which it may miss one. */
const pingInterval = 5_000
const patience = 10_000

export interface Connected {
  connection: NatsConnection
  /** What explains its errors. */
  reached: Reached
}

/** @throws WoolgatherError fabric-unreachable, fabric-refused, invalid-input where credentials are none */
export async function connectNats(
  servers: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Connected> {
  const { options, shown } = readCredentials(env, servers)
  const reached = { servers, shown }
  try {
    const connection = await connect({
      ...options,
      servers,
      name: 'woolgather',
      timeout: patience,
      // A network that swallows everything would not be noticed before.
      pingInterval,
      maxPingOut: 2,
      // It goes on for ever: results are kept, and a server that is away comes back, as credentials do that were changed.
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWait,
      ignoreAuthErrorAbort: true,
    })
    return { connection, reached }
  } catch (error) {
    throw explain(error, reached)
  }
}
