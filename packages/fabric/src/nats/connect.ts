import { readFileSync } from 'node:fs'
import {
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import { WoolgatherError } from '@woolgather/workflow'

/** Where credentials are read from; the address itself bears none, so that it can be shown. */
const natsVariables = {
  token: 'WOOLGATHER_FABRIC_TOKEN',
  nkey: 'WOOLGATHER_FABRIC_NKEY',
  credentials: 'WOOLGATHER_FABRIC_CREDS',
  ca: 'WOOLGATHER_FABRIC_CA',
  certificate: 'WOOLGATHER_FABRIC_CERT',
  key: 'WOOLGATHER_FABRIC_KEY',
} as const

/** Variables that hold a secret themselves. */
export const secretNatsVariables: readonly string[] = [natsVariables.token, natsVariables.nkey]

/** Milliseconds between two attempts to connect again. */
const reconnectWait = 500

/** @throws WoolgatherError fabric-unreachable, invalid-input where a file of credentials cannot be read */
export async function connectNats(
  servers: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<NatsConnection> {
  const options = { ...readCredentials(env), servers, name: 'woolgather' }
  try {
    // It goes on for ever: results are kept, and a server that is away comes back.
    return await connect({ ...options, maxReconnectAttempts: -1, reconnectTimeWait: reconnectWait })
  } catch (cause) {
    throw new WoolgatherError(
      'fabric-unreachable',
      `There is no NATS server at ${servers.join(', ')} that lets us in: ${(cause as Error).message}.`,
      {
        hint: `Start one with \`nats-server -js\`; credentials are read from ${Object.values(natsVariables).join(', ')}.`,
        cause,
      },
    )
  }
}

function readCredentials(env: NodeJS.ProcessEnv): NodeConnectionOptions {
  const token = secretOf(env, natsVariables.token)
  const nkey = secretOf(env, natsVariables.nkey)
  const credentials = env[natsVariables.credentials]
  const files = { caFile: env[natsVariables.ca], certFile: env[natsVariables.certificate] }
  const tls = { ...files, keyFile: env[natsVariables.key] }
  const given = Object.entries(tls).filter(([, file]) => file !== undefined)
  return {
    ...(token !== undefined && { token }),
    ...(nkey !== undefined && { authenticator: nkeyAuthenticator(new TextEncoder().encode(nkey)) }),
    ...(credentials !== undefined && { authenticator: credsAuthenticator(read(credentials)) }),
    ...(given.length > 0 && { tls: Object.fromEntries(given) }),
  }
}

/** What stands in the variable, or in the file that the variable ending in _FILE names. */
function secretOf(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const file = env[`${variable}_FILE`]
  if (file === undefined) return env[variable]
  return new TextDecoder().decode(read(file)).trim()
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new WoolgatherError('invalid-input', `The credentials “${file}” cannot be read.`, { cause })
  }
}
