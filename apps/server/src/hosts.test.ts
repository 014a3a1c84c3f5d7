import { describeLibrary } from '@woolgather/nodes/descriptions'
import type { Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { collect, startTestServer } from './testing/start-test-server.ts'

const descriptions = [...describeLibrary().values()]

const naming = (...files: string[]): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: 'end completed',
  nodes: Object.fromEntries(
    files.map((file, index) => [`model${index}`, { type: 'loading/model', inputs: { file } }]),
  ),
})

const sweeping: Workflow = {
  ...naming(),
  nodes: {
    axis: {
      type: 'matrix/axis',
      inputs: { values: 'https://one.example/a.gguf, https://two.example/b.gguf' },
    },
    model: { type: 'loading/model', links: { file: ['axis', 'value'] } },
  },
}

test('a workflow that would download from a new host is refused with that host, over HTTP and the socket, until it is allowed', async () => {
  await using server = await startTestServer({ descriptions })
  const client = server.connect()
  const workflow = naming('https://one.example:8443/a.gguf', 'hf:owner/repo/file.gguf')
  await expect(client.ask('submitRun', { body: { workflow } })).rejects.toMatchObject({
    status: 422,
    code: 'host-not-allowed',
    host: 'one.example:8443',
  })
  expect(await client.submit(workflow)).toMatchObject({
    issues: [{ code: 'host-not-allowed', host: 'one.example:8443', node: 'model0', input: 'file' }],
  })
  expect((await client.ask('runs')).runs).toEqual([])
  expect(await client.ask('allowHost', { host: 'one.example:8443' })).toEqual({ hosts: ['one.example:8443'] })
  const accepted = await client.submit(workflow)
  expect((await collect(client, 'run' in accepted ? accepted.run : '')).at(-1)).toMatchObject({
    status: 'completed',
  })
})

test('of a sweep over addresses each host is asked for, and of nodes that are not run none', async () => {
  await using server = await startTestServer({ descriptions })
  const client = server.connect()
  const hostsOf = async (workflow: Workflow, targets?: string[]): Promise<unknown> => {
    const told = await client.submit(workflow, { targets })
    return 'issues' in told ? told.issues.map(({ host }) => host) : 'accepted'
  }
  expect(await hostsOf(sweeping)).toEqual(['one.example', 'two.example'])
  await client.ask('allowHost', { host: 'two.example' })
  expect(await hostsOf(sweeping)).toEqual(['one.example'])
  const others = naming('https://one.example/a.gguf', 'hf:owner/repo/file.gguf')
  expect(await hostsOf(others, ['model1'])).toBe('accepted')
  expect(
    await hostsOf({
      ...others,
      nodes: { ...others.nodes, model0: { ...others.nodes['model0']!, mode: 'mute' } },
    }),
  ).toBe('accepted')
})

test('hosts that were allowed are still so after a restart, until they are forgotten', async () => {
  await using first = await startTestServer()
  await first.connect().ask('allowHost', { host: 'one.example' })
  await first.close()
  await using second = await startTestServer({ folder: first.folder })
  const client = second.connect()
  expect(await client.ask('hosts')).toEqual({ hosts: ['one.example'] })
  await client.ask('forgetHost', { host: 'one.example' })
  await expect(client.ask('forgetHost', { host: 'one.example' })).rejects.toMatchObject({ code: 'not-found' })
  expect(await client.ask('hosts')).toEqual({ hosts: [] })
})

test('an address that a person chose by itself is not asked about again', async () => {
  await using server = await startTestServer({ descriptions })
  const client = server.connect()
  const source = 'http://127.0.0.1:1/a.gguf'
  const { id } = await client.ask('fetchModel', { body: { source } })
  await client.ask('cancelDownload', { id })
  expect(await client.submit(naming(source))).toHaveProperty('run')
})
