import { openDownloadHosts, unaskedHosts } from '@woolgather/files'
import type { WorkerFolders } from '@woolgather/protocol'
import { writtenAddresses, type Issue, type Plan } from '@woolgather/workflow'
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
export async function askHosts(plan: Plan, { folders, allow = [], io }: Asking): Promise<void> {
  const hosts = openDownloadHosts(folders)
  for (const host of allow) await hosts.allow(host)
  for (const issue of unaskedHosts(writtenAddresses(plan), hosts)) {
    const { host } = issue
    if (host === undefined || !(await isAllowed(issue, io))) throw new CliError([issue])
    await hosts.allow(host)
  }
}

/** Does what a server may refuse because of such a host, again after a person has allowed it there. */
export async function askingForHosts<Result>(
  server: Pick<ServerRunner, 'allowHost'> | undefined,
  io: Pick<CliIo, 'confirm'>,
  act: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await act()
    } catch (thrown) {
      const issue =
        thrown instanceof CliError ? thrown.issues.find(({ host }) => host !== undefined) : undefined
      if (server === undefined || issue?.host === undefined || !(await isAllowed(issue, io))) throw thrown
      await server.allowHost(issue.host)
    }
  }
}

async function isAllowed({ host = '' }: Issue, { confirm }: Pick<CliIo, 'confirm'>): Promise<boolean> {
  return (await confirm?.(`Nothing was downloaded from ${printable(host)} yet. Allow it?`)) ?? false
}
