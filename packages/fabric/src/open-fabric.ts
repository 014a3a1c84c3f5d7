import path from 'node:path'
import { WoolgatherError } from '@woolgather/workflow'
import { openEmbeddedFabric } from './embedded/open-embedded.ts'
import type { Fabric, FabricOptions } from './interface/fabric.ts'
import { openNatsFabric } from './nats/open-nats.ts'

/** What keeps fabrics apart on one NATS server: a part of the names of streams. */
const nameForm = /^[A-Za-z0-9_-]{1,40}$/

const schemes = new Set(['nats:', 'tls:'])

type Address = { folder: string } | { servers: string[]; name: string | undefined }

/**
 * `nats://host:4222`, or `tls:` in place of `nats:`, which never goes without TLS; several with commas between them, with `/name` at the end where the server has several fabrics; or
 * a folder of this machine.
 * @throws WoolgatherError invalid-input
 */
export function readFabricAddress(text: string): Address {
  if (!text.includes('://')) return { folder: path.resolve(text) }
  const urls = text.split(',').map((part) => readUrl(part.trim()))
  const names = new Set(urls.map(({ pathname }) => pathname.replace(/^\/+|\/+$/g, '')).filter(Boolean))
  const [name, ...others] = names
  if (others.length > 0 || (name !== undefined && !nameForm.test(name)))
    throw refused(text, 'What stands behind the `/` must be one name of letters, digits, - and _.')
  return { servers: urls.map(({ protocol, host }) => `${protocol}//${host}`), name }
}

/** @throws WoolgatherError fabric-unreachable, fabric-refused, invalid-input */
export function openFabric(address: string, options: FabricOptions = {}): Promise<Fabric> {
  const read = readFabricAddress(address)
  if ('folder' in read) return openEmbeddedFabric(read.folder, options)
  return openNatsFabric(read.servers, { ...options, name: read.name })
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !schemes.has(url.protocol))
    throw refused(
      withoutSecret(text),
      'Write nats://host:4222, tls://host:4222, or a folder of this machine.',
    )
  if (url.username !== '' || url.password !== '')
    throw refused(
      `${url.protocol}//…@${url.host}`,
      'Credentials are read from files or the environment: WOOLGATHER_FABRIC_TOKEN, WOOLGATHER_FABRIC_NKEY.',
    )
  return url
}

/** What stands before an @ may be meant as a password, also where the rest is no address. */
function withoutSecret(text: string): string {
  return text.replace(/:\/\/.*@/s, '://…@')
}

function refused(address: string, hint: string): WoolgatherError {
  return new WoolgatherError('invalid-input', `“${address}” is no address of a fabric.`, { hint })
}
