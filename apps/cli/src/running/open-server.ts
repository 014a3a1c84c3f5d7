import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { askingForHosts } from './ask-hosts.ts'
import type { RunOptions } from './run-options.ts'
import { createServerRunner, type ServerRunner } from './server-runner.ts'

/** The server that `--server` names; undefined for a worker of one's own. @throws CliError */
export function openServer(
  { server, webhook }: Pick<RunOptions, 'server' | 'webhook'>,
  io: Pick<CliIo, 'confirm'>,
  { priority }: { priority?: number } = {},
): ServerRunner | undefined {
  if (server !== undefined) return askingForHosts(createServerRunner(server, { webhook, priority }), io)
  if (webhook === undefined) return undefined
  throw new CliError([
    {
      code: 'unknown-webhook',
      message: `--webhook ${webhook}: webhooks are named by a server, and there is none here.`,
      hint: 'Add --server with the address of one that was started with --webhook.',
    },
  ])
}
