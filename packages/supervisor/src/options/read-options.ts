import path from 'node:path'
import { parseArgs } from 'node:util'
import { serverOptions, type ServerOption, type ServerOptionName } from './server-options.ts'

type Options = typeof serverOptions

type GivenOf<O> = O extends { many: true }
  ? string[]
  : O extends { takes: `[${string}]` }
    ? string | true
    : O extends { takes: string }
      ? string
      : boolean

type ReadOf<O> = O extends { read: (text: string, flag: string) => infer Value }
  ? O extends { many: true }
    ? Value[]
    : Value
  : O extends { many: true }
    ? string[]
    : O extends { takes: string }
      ? string
      : boolean

/** Options as somebody gave them on a command line, not read yet. */
export type GivenOptions = { [Name in ServerOptionName]?: GivenOf<Options[Name]> | undefined }

/** Options from command line and environment, read; where neither has one, its default. */
export type ReadOptions = {
  [Name in ServerOptionName]: ReadOf<Options[Name]> | DefaultOf<Options[Name]>
}

type DefaultOf<O> = O extends { default: infer Value } ? Value : undefined

const names = Object.keys(serverOptions) as ServerOptionName[]

/** `--idle-unload` of `idleUnload`. */
export function flagOf(name: ServerOptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/**
 * One option, as given or else as its variable says; undefined where neither does.
 * @throws WoolgatherError invalid-input
 */
export function readOption<Name extends ServerOptionName>(
  name: Name,
  given: GivenOptions[Name],
  env: NodeJS.ProcessEnv = process.env,
): ReadOf<Options[Name]> | undefined {
  const { read, many, variable, between = path.delimiter }: ServerOption = serverOptions[name]
  const noted = variable === undefined ? undefined : env[variable]
  const value = given ?? (many ? noted?.split(between).filter(Boolean) : noted)
  const readOne = (text: string): unknown => (read ? read(text, flagOf(name)) : text)
  const readAny = (): unknown => {
    if (Array.isArray(value)) return value.map(readOne)
    // Where only the flag was given, it means one.
    if (value === true && read) return readOne('1')
    return typeof value === 'string' ? readOne(value) : value
  }
  return readAny() as ReadOf<Options[Name]> | undefined
}

/** @throws WoolgatherError invalid-input */
export function readOptions(given: GivenOptions, env: NodeJS.ProcessEnv = process.env): ReadOptions {
  const read = (name: ServerOptionName): unknown => {
    const { default: usual }: ServerOption = serverOptions[name]
    return readOption(name, given[name], env) ?? usual
  }
  return Object.fromEntries(names.map((name) => [name, read(name)])) as ReadOptions
}

/** What makes a server process read the same options again: its arguments, and what must not stand on a command line. */
export function handOn(given: GivenOptions): { args: string[]; env: Record<string, string> } {
  const args: string[] = []
  const env: Record<string, string> = {}
  for (const name of names) {
    const { takes, secret, variable, between = path.delimiter }: ServerOption = serverOptions[name]
    const values = [given[name] ?? []].flat()
    if (secret && variable) {
      if (values.length > 0) env[variable] = values.join(between)
      continue
    }
    for (const value of values) {
      if (takes) args.push(`${flagOf(name)}=${value === true ? '1' : value}`)
      else if (value) args.push(flagOf(name))
    }
  }
  return { args, env }
}

/** The arguments of a server process, not read yet. @throws TypeError for one that it does not take */
export function parseArguments(args: readonly string[]): GivenOptions {
  const options = names.map((name) => {
    const { takes, many }: ServerOption = serverOptions[name]
    return [flagOf(name).slice(2), { type: takes ? 'string' : 'boolean', multiple: many === true }] as const
  })
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(options) })
  return Object.fromEntries(names.map((name) => [name, values[flagOf(name).slice(2)]])) as GivenOptions
}
