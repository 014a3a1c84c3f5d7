import { readFileSync } from 'node:fs'
import { checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  type Authenticator,
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

export interface Credentials {
  options: Pick<NodeConnectionOptions, 'authenticator' | 'tls'>
  /** Variables that were set: what was shown to the server. */
  shown: string[]
}

/**
 * What proves who this is. Files are read anew for each connection, so that they can be changed while this runs.
 * @throws WoolgatherError invalid-input where one of them is none, which names its variable and never what it holds
 */
export function readCredentials(env: NodeJS.ProcessEnv, servers: readonly string[]): Credentials {
  const authenticators = [
    readToken(env),
    readSeed(env),
    readCredsFile(env, natsVariables.credentials),
  ].filter((found) => found !== undefined)
  const [first, second] = authenticators
  if (first !== undefined && second !== undefined)
    throw new WoolgatherError(
      'invalid-input',
      `${first.variable} and ${second.variable} are both set, and only one of them can be shown to a server.`,
    )
  const tls = readTls(env, servers)
  return {
    options: {
      ...(first !== undefined && { authenticator: first.authenticator }),
      ...(tls !== undefined && { tls: tls.options }),
    },
    shown: [...(first === undefined ? [] : [first.variable]), ...(tls?.shown ?? [])],
  }
}

interface Proof {
  variable: string
  authenticator: Authenticator
}

function readToken(env: NodeJS.ProcessEnv): Proof | undefined {
  const secret = secretOf(env, natsVariables.token)
  return secret && { variable: secret.variable, authenticator: tokenAuthenticator(secret.read) }
}

function readSeed(env: NodeJS.ProcessEnv): Proof | undefined {
  const secret = secretOf(env, natsVariables.nkey)
  if (secret === undefined) return undefined
  const authenticator = nkeyAuthenticator(() => new TextEncoder().encode(secret.read()))
  return tried(secret.variable, authenticator, 'the seed of an NKEY of a user: it begins with SU')
}

function readCredsFile(env: NodeJS.ProcessEnv, variable: string): Proof | undefined {
  const file = env[variable]
  if (!file) return undefined
  const authenticator = credsAuthenticator(readAgain(variable, file))
  return tried(variable, authenticator, 'a file of credentials, as `nsc generate creds` writes it')
}

/** What cannot sign is found now, not in the middle of a handshake. */
function tried(variable: string, authenticator: Authenticator, what: string): Proof {
  try {
    authenticator('nonce')
  } catch (cause) {
    if (cause instanceof WoolgatherError) throw cause
    // What the library says may hold what it could not read.
    throw new WoolgatherError('invalid-input', `${variable} does not hold ${what}.`)
  }
  return { variable, authenticator }
}

/** What stands in the variable, or in the file that the variable ending in _FILE names. */
function secretOf(
  env: NodeJS.ProcessEnv,
  variable: string,
): { variable: string; read: () => string } | undefined {
  const file = env[`${variable}_FILE`]
  if (file) {
    const read = readAgain(`${variable}_FILE`, file)
    return { variable: `${variable}_FILE`, read: () => new TextDecoder().decode(read()).trim() }
  }
  const text = env[variable]?.trim()
  return text ? { variable, read: () => text } : undefined
}

/** Reads a file whenever asked to; one that is just being replaced is as it was. */
function readAgain(variable: string, file: string): () => Uint8Array {
  let last = readFile(variable, file)
  return () => {
    try {
      last = readFile(variable, file)
    } catch {}
    return last
  }
}

function readFile(variable: string, file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new WoolgatherError(
      'invalid-input',
      `${variable} names “${file}”, which cannot be read: ${code}.`,
      {
        cause,
      },
    )
  }
}

type Tls = NonNullable<NodeConnectionOptions['tls']>

/** Where one of the files is named, or the address says `tls:`, nothing goes over the network without it. */
function readTls(
  env: NodeJS.ProcessEnv,
  servers: readonly string[],
): { options: Tls; shown: string[] } | undefined {
  const { ca, certificate, key } = natsVariables
  const fileOf = (variable: string): string | undefined => env[variable] || undefined
  const shown = [ca, certificate, key].filter((variable) => fileOf(variable) !== undefined)
  if (shown.length === 0 && !servers.some((server) => server.startsWith('tls:'))) return undefined
  if (shown.includes(certificate) !== shown.includes(key))
    throw new WoolgatherError('invalid-input', `${certificate} and ${key} are only of use together.`)
  for (const variable of shown) checkPem(variable, fileOf(variable) as string)
  if (shown.includes(key)) checkPair(env)
  return {
    options: {
      caFile: fileOf(ca),
      certFile: fileOf(certificate),
      keyFile: fileOf(key),
      checkServerIdentity: identityOfOneOf(servers),
    } as Tls,
    shown,
  }
}

function checkPem(variable: string, file: string): void {
  const bytes = readFile(variable, file)
  if (variable === natsVariables.key) return
  try {
    new X509Certificate(bytes)
  } catch (cause) {
    throw new WoolgatherError('invalid-input', `${variable} names “${file}”, which is no certificate.`, {
      cause,
    })
  }
}

function checkPair(env: NodeJS.ProcessEnv): void {
  const { certificate, key } = natsVariables
  const [cert, secret] = [certificate, key].map((variable) => readFile(variable, env[variable] as string))
  try {
    createSecureContext({ cert: Buffer.from(cert as Uint8Array), key: Buffer.from(secret as Uint8Array) })
  } catch (cause) {
    throw new WoolgatherError(
      'invalid-input',
      `${key} names “${env[key]}”, which is no key to the certificate in ${certificate}.`,
      { cause },
    )
  }
}

/** Node asks for `localhost` where the server is known by a number, whichever that is. */
function identityOfOneOf(
  servers: readonly string[],
): (name: string, certificate: PeerCertificate) => Error | undefined {
  const hosts = servers.map((server) => new URL(server.replace(/^\w+:/, 'http:')).hostname)
  const bare = hosts.map((host) => host.replace(/^\[|\]$/g, ''))
  return (name, certificate) => {
    const asked = name === 'localhost' ? bare : [name]
    const refusals = asked.map((host) => checkServerIdentity(host, certificate))
    return refusals.includes(undefined) ? undefined : refusals[0]
  }
}
