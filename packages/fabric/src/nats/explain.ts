import { JetStreamApiError } from '@nats-io/jetstream'
import { errors, type Status } from '@nats-io/transport-node'
import { WoolgatherError } from '@woolgather/workflow'

const page = 'docs/many-machines.md'

/** What Node says of a certificate that it does not trust. */
const distrust: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** As JetStream numbers them: not for this account, and not on this server. */
const withoutJetStream: ReadonlySet<number> = new Set([10_039, 10_076])

export interface Reached {
  servers: readonly string[]
  /** Variables with what was shown to it. */
  shown: readonly string[]
}

/** Why a server cannot be used, for people: what is wrong, where, and what to do. Never with a secret. */
export function explain(error: unknown, { servers, shown }: Reached): WoolgatherError {
  if (error instanceof WoolgatherError) return error
  const where = `The NATS server at ${servers.join(', ')}`
  const refused = (what: string, hint: string): WoolgatherError =>
    new WoolgatherError('fabric-refused', `${where} ${what}.`, { hint, cause: error })
  const causes = causesOf(error)
  const denied = causes.find((cause) => cause instanceof errors.PermissionViolationError)
  if (denied !== undefined) {
    const verb = denied.operation === 'publish' ? 'publish to' : 'subscribe to'
    return refused(`does not let this user ${verb} “${denied.subject}”`, `What a user needs is in ${page}.`)
  }
  if (causes.some(isRefusal))
    return shown.length === 0
      ? refused('lets nobody in without credentials', `How to give some is in ${page}.`)
      : refused(
          `does not let this user in`,
          `It was shown what ${shown.join(', ')} says: compare that with what the server knows.`,
        )
  const [code] = causes.flatMap(codesOf)
  if (code !== undefined && distrust.has(code))
    return refused(
      `shows a certificate that is not to be trusted (${code}): ${messageOf(error)}`,
      'WOOLGATHER_FABRIC_CA names the file of who has signed it, and the address the name that it is for.',
    )
  // What a server says that wants another certificate.
  if (code?.startsWith('ERR_SSL_'))
    return refused(
      `refuses the handshake (${code})`,
      'Where it asks for a certificate, WOOLGATHER_FABRIC_CERT and WOOLGATHER_FABRIC_KEY name the files.',
    )
  if (causes.some(isWithoutJetStream))
    return refused('keeps nothing: JetStream is off', 'Start it with `nats-server -js`, or for this account.')
  return new WoolgatherError(
    'fabric-unreachable',
    `No NATS server can be used at ${servers.join(', ')}: ${messageOf(error)}.`,
    { hint: hintFor(causes, shown), cause: error },
  )
}

/** Milliseconds in which an error is told once: what is not allowed is tried again and again. */
const quiet = 10_000

/** Says what becomes of a connection. */
export function tellTrouble(reached: Reached, say: (text: string) => void): (status: Status) => void {
  let told = { type: '', at: -Infinity }
  return (status) => {
    const text = describe(status, reached)
    if (text === undefined || (status.type === told.type && Date.now() - told.at < quiet)) return
    told = { type: status.type, at: Date.now() }
    say(text)
  }
}

function describe(status: Status, reached: Reached): string | undefined {
  if (status.type === 'disconnect')
    return `The connection to NATS at ${status.server} is lost; it is tried again.`
  if (status.type === 'reconnect') return `The connection to NATS at ${status.server} is back.`
  if (status.type !== 'error') return undefined
  const { message, hint } = explain(status.error, reached)
  return hint === undefined ? message : `${message} ${hint}`
}

/** A server that asks for a certificate, and is shown none, falls silent. */
function hintFor(causes: readonly unknown[], shown: readonly string[]): string {
  const isSilent = causes.some((cause) => cause instanceof errors.TimeoutError)
  return isSilent && shown.includes('WOOLGATHER_FABRIC_CA')
    ? 'Where it asks for a certificate, WOOLGATHER_FABRIC_CERT and WOOLGATHER_FABRIC_KEY name the files.'
    : 'Start one with `nats-server -js`.'
}

function isRefusal(cause: unknown): boolean {
  return cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError
}

/** Off for all of the server, where nobody answers, or for an account. */
function isWithoutJetStream(cause: unknown): boolean {
  if (cause instanceof JetStreamApiError) return withoutJetStream.has(cause.code)
  return cause instanceof errors.RequestError && cause.isNoResponders()
}

/** An error and what caused it, outermost first. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (let next = error; next instanceof Error && !causes.includes(next); next = next.cause) causes.push(next)
  return causes
}

function codesOf(cause: unknown): string[] {
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? [code] : []
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}
