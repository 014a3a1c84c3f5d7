import { BlockList, isIP } from 'node:net'
import { WoolgatherError } from '@woolgather/workflow'
import { isModelAddressProtocol } from './parse-uri.ts'

/**
 * Whether a download from one address may be sent on to another: only where that could be the address of a model itself,
 * and never from the public network to machines that only this one reaches.
 * @throws WoolgatherError download-failed
 */
export function checkHop(from: URL, to: URL): void {
  if (to.origin === from.origin) return
  const reason = !isModelAddressProtocol(to)
    ? `models are not downloaded over ${to.protocol} from ${to.host}`
    : to.username !== '' || to.password !== ''
      ? 'the new address holds a user name or password'
      : isPrivate(to.hostname) && !isPrivate(from.hostname)
        ? `${to.host} is on this machine or its own network`
        : undefined
  if (reason === undefined) return
  throw new WoolgatherError(
    'download-failed',
    `${from.host} sends the download on to another place: ${reason}.`,
    {
      hint: 'If you trust that place, give its address itself.',
    },
  )
}

const privateNetworks = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv4')
}
privateNetworks.addAddress('::', 'ipv6')
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')
privateNetworks.addSubnet('fe80::', 10, 'ipv6')

/** By its address, or a name that never leaves this machine or network; other names are not looked up. */
function isPrivate(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$|\.$/g, '')
  const family = isIP(name)
  if (family !== 0) return privateNetworks.check(name, family === 6 ? 'ipv6' : 'ipv4')
  return !name.includes('.') || /\.(localhost|local|internal|lan|home|arpa)$/.test(name)
}
