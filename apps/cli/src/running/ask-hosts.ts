import { openDownloadHosts, unaskedHosts } from '@woolgather/files'
import type { WorkerFolders } from '@woolgather/protocol'
import type { Issue, WrittenAddress } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { printable } from '../print/print-issues.ts'
import type { ServerRunner } from './server-runner.ts'

interface Asking {
  folders: Pick<WorkerFolders, 'data' | 'models'>
  /** As `--allow-host` names them. */
  allow: readonly string[] | undefined
  io: Pick<CliIo, 'confirm'>
}

/**
 * Has a person allow, once for each, hosts that a workflow would download from for the first time.
 * @throws CliError host-not-allowed where nobody is there to ask, or says no
 */
export async function askHosts(
  addresses: readonly WrittenAddress[],
  { folders, allow = [], io }: Asking,
): Promise<void> {
  const hosts = openDownloadHosts(folders)
  for (const host of allow) await hosts.allow(host)
  for (const issue of unaskedHosts(addresses, hosts)) {
    const { host } = issue
    if (host === undefined || !(await isAllowed(issue, io))) throw new CliError([issue])
    await hosts.allow(host)
  }
}

/** A server that has a person asked about hosts, whatever runs want to download from them: about each once. */
export function askingForHosts(server: ServerRunner, io: Pick<CliIo, 'confirm'>): ServerRunner {
  const answers = new Map<string, Promise<boolean>>()
  const ask = (issue: Issue, host: string): Promise<boolean> => {
    const asked =
      answers.get(host) ??
      isAllowed(issue, io).then(async (allowed) => {
        if (allowed) await server.allowHost(host)
        return allowed
      })
    answers.set(host, asked)
    asked.catch(() => answers.delete(host))
    return asked
  }
  return {
    ...server,
    async run(request) {
      for (;;) {
        try {
          return await server.run(request)
        } catch (thrown) {
          const issue =
            thrown instanceof CliError ? thrown.issues.find(({ host }) => host !== undefined) : undefined
          if (issue?.host === undefined) throw thrown
          if (!(await ask(issue, issue.host))) throw new HostRefused([issue])
        }
      }
    },
  }
}

/** Nobody allowed a host: what else would be asked of it is refused as well. */
export class HostRefused extends CliError {}

async function isAllowed({ host = '' }: Issue, { confirm }: Pick<CliIo, 'confirm'>): Promise<boolean> {
  return (await confirm?.(`Nothing was downloaded from ${printable(host)} yet. Allow it?`)) ?? false
}
