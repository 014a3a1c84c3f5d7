import type { Issue, WrittenAddress } from '@woolgather/workflow'
import { hostNotAllowed, type DownloadHosts } from './download-hosts.ts'

/** What of a workflow's addresses a person has to allow before anything is downloaded: an issue for each host. */
export function unaskedHosts(
  addresses: readonly WrittenAddress[],
  hosts: Pick<DownloadHosts, 'unasked'>,
): Issue[] {
  const found = new Map<string, Issue>()
  for (const { node, input, address } of addresses) {
    const host = hosts.unasked(address)
    if (host === undefined || found.has(host)) continue
    const { code, message, hint } = hostNotAllowed(host)
    found.set(host, { code, message, node, input, host, ...(hint !== undefined && { hint }) })
  }
  return [...found.values()]
}
