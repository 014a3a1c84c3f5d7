import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { WoolgatherError, type ErrorCode } from '@woolgather/workflow'
import { createGuessLimit, type GuessLimit } from './limit-guesses.ts'

export interface TrustOptions {
  /** Address the server listens on. */
  host: string
  /** Without one, only this machine is served. */
  token?: string | undefined
  /** Names, besides addresses and localhost, this server is reached by. */
  allowedHosts?: readonly string[] | undefined
  /** Origins, besides the server's own, whose pages may use it (a development server). */
  allowedOrigins?: readonly string[] | undefined
}

export interface Refusal {
  status: 401 | 403 | 429
  code: ErrorCode
  message: string
  hint: string
}

/** What is looked at: the same for an HTTP request and a socket's first one. */
export interface TrustedParts {
  headers: IncomingHttpHeaders
  /** How many Host headers there are: of several, a proxy in front may have believed another than this server does. */
  hosts: number
  /** Port it came in at: browsers send cookies to all ports of a host. */
  port: number | undefined
  /** A token given in the address of the page, once, before there is a cookie. */
  queryToken?: string | undefined
  /** The network the request came from; who guesses tokens from there has to wait. */
  address?: string | undefined
}

/** Each port has its own, or servers beside each other would take the token from each other. */
export function tokenCookie(port: number | undefined): string {
  return `woolgather-token-${port ?? 0}`
}

export function trustedParts({
  headers,
  headersDistinct,
  socket,
}: IncomingMessage): Pick<TrustedParts, 'headers' | 'hosts' | 'port'> {
  return { headers, hosts: headersDistinct['host']?.length ?? 0, port: socket.localPort }
}

/** Shorter ones can be guessed. */
const minTokenLength = 16

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * Makes the one gate every request passes.
 * @throws Error where the server would be open to the network without a proper token
 */
export function createGate(options: TrustOptions): (parts: TrustedParts) => Refusal | undefined {
  const local = isLoopback(options.host)
  if (!local && options.token === undefined) {
    throw new Error(`Listening on ${options.host} lets others in: give a token with --token.`)
  }
  if (options.token !== undefined && options.token.length < minTokenLength) {
    throw new Error(`The token is too short: use at least ${minTokenLength} characters.`)
  }
  const guesses = createGuessLimit()
  const allowedHosts = (options.allowedHosts ?? []).map(readHostName)
  return (parts) =>
    checkHost(parts, { local, allowedHosts }) ??
    checkOrigin(parts.headers, options.allowedOrigins ?? []) ??
    checkToken(parts, options.token, guesses)
}

/** As requests name a host: in small letters, in ASCII, without a port. @throws WoolgatherError invalid-input */
function readHostName(text: string): string {
  const host = isIPv6(text) ? `[${text}]` : text
  const address = host.includes('://') ? host : `http://${host}`
  const name = URL.canParse(address) ? new URL(address).hostname : ''
  if (hostName(name) !== undefined) return name
  throw new WoolgatherError('invalid-input', `--allow-host “${text}” is no name of a host.`, {
    hint: 'Write it as it stands in the address, such as box.example.org.',
  })
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/**
 * Pages of other sites reach this machine by letting a name of their own point to it (DNS rebinding). An address
 * cannot be made to do that, so only names have to be known.
 */
function checkHost(
  { headers: { host: header }, hosts }: TrustedParts,
  { local, allowedHosts }: { local: boolean; allowedHosts: readonly string[] },
): Refusal | undefined {
  const name = hosts > 1 ? undefined : hostName(header)
  if (name !== undefined) {
    if (loopbackNames.includes(name) || allowedHosts.includes(name)) return undefined
    if (!local && isIP(name.replace(/^\[|\]$/g, '')) !== 0) return undefined
  }
  return {
    status: 403,
    code: 'forbidden',
    message: `This server is not known as “${(header ?? '').slice(0, 100)}”.`,
    hint: 'Use http://127.0.0.1 with its port, or start the server with --allow-host NAME.',
  }
}

/** A browser says which page asks; programs say nothing. */
function checkOrigin(headers: IncomingHttpHeaders, allowed: readonly string[]): Refusal | undefined {
  const { origin, host } = headers
  const own = origin === `http://${host}` || origin === `https://${host}`
  if (origin === undefined || own || allowed.includes(origin)) return undefined
  return {
    status: 403,
    code: 'forbidden',
    message: `Pages of “${origin.slice(0, 100)}” may not use this server.`,
    hint: 'Open the editor at the address the server prints, or start it with --allow-origin ORIGIN.',
  }
}

function checkToken(
  { headers, port, queryToken, address = '' }: TrustedParts,
  token: string | undefined,
  guesses: GuessLimit,
): Refusal | undefined {
  if (token === undefined) return undefined
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  const given = bearer ?? queryToken ?? readCookie(headers.cookie, tokenCookie(port))
  // First: whoever shares the address, on this machine any program, could lock out the owner by guessing. That guesses
  // cost little is what the least length of a token is for.
  if (given !== undefined && equalInConstantTime(given, token)) return undefined
  if (given !== undefined && guesses.isTooMany(address)) return tooManyGuesses
  if (given !== undefined) guesses.guessed(address)
  return {
    status: 401,
    code: 'unauthorized',
    message: given === undefined ? 'This server needs a token.' : 'This is not the token of this server.',
    hint: 'Open the address with ?token=… that the server printed, or send “Authorization: Bearer …”.',
  }
}

const tooManyGuesses: Refusal = {
  status: 429,
  code: 'unauthorized',
  message: 'Too many wrong tokens came from this address.',
  hint: 'Wait a minute.',
}

/** Hashing first makes the lengths equal, so that not even the length is told by how long the answer takes. */
function equalInConstantTime(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function hostName(header: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/.exec((header ?? '').toLowerCase())?.[1]
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.split('=', 2)
    if (key?.trim() !== name || value === undefined) continue
    try {
      return decodeURIComponent(value.trim())
    } catch {
      return undefined
    }
  }
  return undefined
}
