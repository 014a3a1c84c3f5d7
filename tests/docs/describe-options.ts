import { flagOf, serverOptions, type ServerOption, type ServerOptionName } from '@woolgather/supervisor'
import { table } from './table.ts'

/** What a server can be started with. */
export function describeOptions(): string {
  const offered = Object.entries<ServerOption>(serverOptions).filter(([, { internal }]) => !internal)
  const rows = offered.map(([name, { takes, many, variable, help }]) => {
    const flag = [flagOf(name as ServerOptionName), takes].filter((part) => part !== undefined).join(' ')
    return [
      `\`${flag}\``,
      variable === undefined ? '' : `\`${variable}\``,
      `${help}${many ? ' (repeatable)' : ''}`,
    ]
  })
  return table(['option', 'or else', 'does'], rows).join('\n')
}
