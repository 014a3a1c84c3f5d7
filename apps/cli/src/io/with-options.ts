import { flagOf, serverOptions, type ServerOption, type ServerOptionName } from '@woolgather/supervisor'
import type { Command } from 'commander'

/** For commands that look at models or nodes. */
export const folderOptions: readonly ServerOptionName[] = ['models', 'output', 'data', 'nodes', 'cpu']

/** For commands with a worker of their own. */
export const workerOptions: readonly ServerOptionName[] = [...folderOptions, 'workerMemory']

/** What only a server takes. */
export const listeningOptions = (Object.keys(serverOptions) as ServerOptionName[]).filter((name) => {
  const { internal }: ServerOption = serverOptions[name]
  return !internal && !workerOptions.includes(name)
})

/** Puts options of the table on a command, under the same names. */
export function withOptions(command: Command, names: readonly ServerOptionName[]): Command {
  for (const name of names) {
    const { takes, many, help }: ServerOption = serverOptions[name]
    const flags = [flagOf(name), takes].filter((part) => part !== undefined).join(' ')
    if (many) command.option(flags, `${help} (repeatable)`, collect)
    else command.option(flags, help)
  }
  return command
}

/** For commander: an option that may be given more than once. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}
