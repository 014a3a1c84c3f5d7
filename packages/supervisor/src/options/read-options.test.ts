import { expect, test } from 'vitest'
import { handOn, parseArguments, readOption, readOptions, type GivenOptions } from './read-options.ts'
import { serverOptions, type ServerOption } from './server-options.ts'

/** Every option there is: one that is added does not compile before it stands here. */
const given: Required<GivenOptions> = {
  models: ['models', '--more'],
  output: 'out',
  data: 'data',
  nodes: ['nodes'],
  cpu: true,
  jsonLog: true,
  workerMemory: '1GiB',
  port: '0',
  host: '::1',
  token: '-a secret of some length',
  allowHost: ['one', 'two'],
  allowOrigin: ['http://one'],
  behindProxy: '2',
  basePath: 'wool/',
  keep: '30d',
  idleUnload: '0.5',
  webhook: ['one=https://one.example/a?token=secret', 'two=http://127.0.0.1:1/'],
  webhookSecret: `whsec_${Buffer.alloc(24, 'secret').toString('base64')}`,
  fabric: 'nats://one:4222',
  examples: 'examples',
  editor: 'editor',
}

test('a server reads every option that is handed on to it as it was given', () => {
  const { args, env } = handOn(given)
  const read = readOptions(parseArguments(args), env)
  expect(read).toEqual({
    ...given,
    basePath: '/wool',
    keep: { age: 2_592_000_000 },
    workerMemory: 2 ** 30,
    port: 0,
    behindProxy: 2,
    idleUnload: 0.5,
    webhook: [
      { name: 'one', url: new URL('https://one.example/a?token=secret') },
      { name: 'two', url: new URL('http://127.0.0.1:1/') },
    ],
    webhookSecret: Buffer.alloc(24, 'secret'),
  })
  expect(Object.keys(read)).toEqual(Object.keys(serverOptions))
})

test('what nobody gives is as the table says', () => {
  const usual = Object.entries<ServerOption>(serverOptions).map(([name, option]) => [name, option.default])
  expect(readOptions({}, {})).toEqual(Object.fromEntries(usual))
})

test('what is secret stands on no command line', () => {
  const { args, env } = handOn(given)
  expect(args.join(' ')).not.toContain('secret')
  expect(env).toEqual({
    WOOLGATHER_TOKEN: given.token,
    WOOLGATHER_WEBHOOK: given.webhook?.join(' '),
    WOOLGATHER_WEBHOOK_SECRET: given.webhookSecret,
  })
})

test('a variable stands in for an option that is not given, and a flag alone means one', () => {
  const env = { WOOLGATHER_IDLE_UNLOAD: '7', WOOLGATHER_TOKEN: 'secret' }
  expect(readOption('idleUnload', undefined, env)).toBe(7)
  expect(readOption('idleUnload', '8', env)).toBe(8)
  expect(readOption('port', undefined, env)).toBeUndefined()
  expect(readOption('behindProxy', true, {})).toBe(1)
})

test.each([
  ['port', '70000', '--port must be 0 to 65535, not “70000”.'],
  ['idleUnload', '', '--idle-unload must be seconds, 0 for never, not “”.'],
  ['behindProxy', '0', '--behind-proxy must be how many proxies stand in front, 1 to 10, not “0”.'],
  ['webhookSecret', 'whsec_short', /^--webhook-secret must be whsec_ and 24 to 64 bytes as base64/],
  ['workerMemory', '8', /^The memory of the worker cannot be “8”/],
] as const)('%s cannot be “%s”', (name, text, message) => {
  expect(() => readOption(name, text, {})).toThrow(message)
})

test.each([
  ['/', ''],
  ['/a/b/', '/a/b'],
  ['tools.wool', '/tools.wool'],
])('a base path %s is read as “%s”', (written, read) => {
  expect(readOption('basePath', written)).toBe(read)
})

test.each(['/a b', '/a?b', '/a/../b', 'http://x/y', '/ä'])('a base path %s is refused', (written) => {
  expect(() => readOption('basePath', written)).toThrow('--base-path must be a path')
})

test.each([
  ['12h', { age: 43_200_000 }],
  ['2 w', { age: 1_209_600_000 }],
  ['10GiB', { bytes: 10 * 2 ** 30 }],
  ['500mb', { bytes: 500 * 2 ** 20 }],
])('%s of the history is kept as %j', (written, kept) => {
  expect(readOption('keep', written)).toEqual(kept)
})

test.each([
  'https://no.name/',
  'a=ftp://x/',
  'a b=https://x/',
  'a=/path',
  'a=https://me:secret@x/',
  '=https://x/',
])('“%s” is no webhook, and what is secret in it is not told', (written) => {
  expect(() => readOption('webhook', [written])).toThrow(/^--webhook (?!.*secret@)/)
})

test.each(['30', '0d', '-1d', '10 apples', 'd', ''])('“%s” is not what can be kept', (written) => {
  expect(() => readOption('keep', written)).toThrow('--keep must be a time such as 30d')
})
