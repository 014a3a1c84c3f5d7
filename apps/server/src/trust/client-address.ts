import type { IncomingMessage } from 'node:http'
import { ipKeyGenerator } from 'express-rate-limit'
import proxyAddress from 'proxy-addr'

/** Where a request came from. */
export type AddressOf = (request: IncomingMessage) => string

/**
 * The address a request came from, by its connection. Behind proxies, which all connections come from, it is what the
 * outermost of them noted in `X-Forwarded-For`; further entries are only what a client claims.
 * @param proxies how many stand in front, each of which adds the address it was asked from
 */
export function createAddressOf(proxies: number): AddressOf {
  return (request) => proxyAddress(request, (_address, hop) => hop < proxies)
}

/** What counts as one place: an address, of IPv6 the network that one customer is given. */
export function networkOf(address: string): string {
  return ipKeyGenerator(address)
}
