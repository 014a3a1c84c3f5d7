import { readKeep } from './read-keep.ts'
import { readCount, readPath, readPort, readSeconds } from './read-texts.ts'
import { readWebhook, readWebhookSecret } from './read-webhook.ts'
import { readWorkerMemory } from './worker-memory.ts'

/** What a server is started with, and which of it commands with a worker of their own take, too. */
export interface ServerOption {
  /** What stands behind the flag, `[…]` where it may be left out; absent: the flag alone says it. */
  takes?: `<${string}>` | `[${string}]`
  /** May be given more than once; in the variable a list. */
  many?: true
  /** What stands between the parts of that list; absent: what stands there in PATH. */
  between?: string
  /** Stands in where the flag is not given. */
  variable?: `WOOLGATHER_${string}`
  /** Handed on as its variable: a command line can be read by everyone on the machine. */
  secret?: true
  /** For tests and unusual places: `woolgather serve` finds it by itself and does not offer it. */
  internal?: true
  /** Absent: the text as it stands. @throws WoolgatherError invalid-input */
  read?: (text: string, flag: string) => unknown
  /** Where neither flag nor variable is given. */
  default?: unknown
  help: string
}

const defaultHost = '127.0.0.1'
const defaultPort = 7860

/** As others do (Ollama): a model that is asked for now and then stays, one that was tried once goes. */
const defaultIdleSeconds = 300

/** By their names in code; `idleUnload` is `--idle-unload` on a command line. */
export const serverOptions = {
  models: {
    takes: '<folder>',
    many: true,
    variable: 'WOOLGATHER_MODELS',
    help: 'look for models here first',
  },
  output: {
    takes: '<folder>',
    variable: 'WOOLGATHER_OUTPUT',
    help: 'where saving nodes write; default ./output',
  },
  data: { takes: '<folder>', variable: 'WOOLGATHER_DATA', help: 'history, artifacts and cache' },
  nodes: {
    takes: '<folder>',
    many: true,
    variable: 'WOOLGATHER_NODES',
    help: 'a package of nodes to know besides',
  },
  cpu: { help: 'leave the GPU alone' },
  workerMemory: {
    takes: '<size>',
    variable: 'WOOLGATHER_WORKER_MEMORY',
    read: (text: string) => readWorkerMemory(text),
    help: 'end the worker when it takes more, such as 8GiB or 75%; default 85%, 0 any',
  },
  port: {
    takes: '<number>',
    read: readPort,
    default: defaultPort,
    help: `default ${defaultPort}; 0 takes any free one`,
  },
  jsonLog: { help: 'for machines: the log as JSON lines on stderr, and the address alone on stdout' },
  host: { takes: '<address>', default: defaultHost, help: `default ${defaultHost}; others need a token` },
  token: {
    takes: '<text>',
    variable: 'WOOLGATHER_TOKEN',
    secret: true,
    help: 'what clients must know, at least 16 characters',
  },
  allowHost: { takes: '<name>', many: true, help: 'a name this server is reached by' },
  allowOrigin: { takes: '<origin>', many: true, help: 'another origin whose pages may use it' },
  behindProxy: {
    takes: '[count]',
    read: readCount,
    help: 'every request comes through a reverse proxy, or that many: clients are told apart by X-Forwarded-For',
  },
  basePath: {
    takes: '<path>',
    variable: 'WOOLGATHER_BASE_PATH',
    read: readPath,
    default: '',
    help: 'what a reverse proxy puts before every path, such as /wool',
  },
  keep: {
    takes: '<time or size>',
    variable: 'WOOLGATHER_KEEP',
    read: readKeep,
    help: 'how much of the history is kept, such as 30d or 10GiB; default all',
  },
  idleUnload: {
    takes: '<seconds>',
    variable: 'WOOLGATHER_IDLE_UNLOAD',
    read: readSeconds,
    default: defaultIdleSeconds,
    help: `unload a model so long after its last use; default ${defaultIdleSeconds}, 0 never`,
  },
  webhook: {
    takes: '<name=url>',
    many: true,
    variable: 'WOOLGATHER_WEBHOOK',
    between: ' ',
    secret: true,
    read: readWebhook,
    help: 'an address that a run may name, to be told there when it has ended',
  },
  webhookSecret: {
    takes: '<text>',
    variable: 'WOOLGATHER_WEBHOOK_SECRET',
    secret: true,
    read: readWebhookSecret,
    help: 'what is sent to webhooks is signed with it: whsec_ and 24 to 64 bytes as base64',
  },
  fabric: {
    takes: '<address>',
    variable: 'WOOLGATHER_FABRIC',
    help: 'have models used by workers elsewhere: nats://host:4222, or a folder that they share with it',
  },
  examples: { takes: '<folder>', internal: true, help: 'workflows that are shown and never overwritten' },
  editor: { takes: '<folder>', internal: true, help: 'the built editor' },
} as const satisfies Record<string, ServerOption>

export type ServerOptionName = keyof typeof serverOptions

/** Variables that only the server itself is to know. */
export const secretVariables: readonly string[] = Object.values<ServerOption>(serverOptions).flatMap(
  ({ secret, variable }) => (secret && variable ? [variable] : []),
)
