import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFileArtifactStore } from '@woolgather/engine'
import { startModelServer, type ModelServer } from '@woolgather/files/testing/model-server'
import {
  endpoints,
  type AnswerOf,
  type Client,
  type Endpoint,
  type EndpointName,
  type Endpoints,
} from '@woolgather/protocol'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  collect,
  script,
  startTestServer,
  submit,
  until,
  type TestServer,
} from '../testing/start-test-server.ts'

const demoFile = fileURLToPath(new URL('../../../../models/demo/pirate.lora.gguf', import.meta.url))
const demo = readFileSync(demoFile)

let server: TestServer
let client: Client
let models: ModelServer

beforeAll(async () => {
  server = await startTestServer({ opened: { id: 'handed', workflow: script('handed over') } })
  client = server.connect()
  models = await startModelServer()
  vi.stubEnv('HF_ENDPOINT', models.url)
  const search = 'search=story&filter=gguf&sort=downloads&direction=-1&limit=30'
  models.answers.set(`/api/models?${search}`, [{ id: 'me/story', downloads: 3 }])
  models.answers.set('/api/models/me/story?blobs=true', {
    id: 'me/story',
    siblings: [{ rfilename: 'story-Q4_K_M.gguf', size: 10 }],
  })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
  await models[Symbol.asyncDispose]()
})

async function runTo(end: string): Promise<string> {
  const id = await submit(client, script(`end ${end}`))
  await collect(client, id)
  return id
}

const save = (id: string) => client.ask('saveWorkflow', { id, body: { workflow: script('saved') } })

/** A download that goes on until it is cancelled. */
function fetchSlowly() {
  models.files.set('/slow.gguf', { content: Buffer.alloc(64), stalls: true })
  return client.ask('fetchModel', { body: { source: `${models.url}/slow.gguf` } })
}

/** How each is asked: one that is added does not compile before it stands here. */
const asks: { [Name in EndpointName]: () => Promise<AnswerOf<Endpoints[Name], Blob>> } = {
  health: () => client.ask('health'),
  nodes: () => client.ask('nodes'),
  models: () => client.ask('models'),
  brokenModels: () => client.ask('brokenModels'),
  addModel: () => client.ask('addModel', { query: { name: 'sent.gguf' }, body: new Blob([demo]) }),
  async deleteModel() {
    models.files.set('/deleted.gguf', { content: demo })
    const { id } = await client.ask('fetchModel', { body: { source: `${models.url}/deleted.gguf` } })
    const fetched = async () => (await client.ask('downloads')).find((one) => one.id === id)
    await until(async () => (await fetched())?.state === 'finished')
    return client.ask('deleteModel', { query: { file: (await fetched())?.file ?? '' } })
  },
  chooseModel: () => client.ask('chooseModel', { body: { path: demoFile } }),
  async forgetModel() {
    const { file = '' } = await client.ask('chooseModel', { body: { path: demoFile } })
    return client.ask('forgetModel', { query: { file } })
  },
  searchHub: () => client.ask('searchHub', { query: { search: 'story' } }),
  hubRepository: () => client.ask('hubRepository', { owner: 'me', repo: 'story' }),
  machine: () => client.ask('machine'),
  unloadModels: () => client.ask('unloadModels'),
  downloads: () => client.ask('downloads'),
  fetchModel: fetchSlowly,
  cancelDownload: async () => client.ask('cancelDownload', { id: (await fetchSlowly()).id }),
  hosts: () => client.ask('hosts'),
  allowHost: () => client.ask('allowHost', { host: 'example.com' }),
  forgetHost: async () => {
    await client.ask('allowHost', { host: 'other.example:8443' })
    return client.ask('forgetHost', { host: 'other.example:8443' })
  },
  queue: () => client.ask('queue'),
  changeQueue: () => client.ask('changeQueue', { body: { paused: false } }),
  submitRun: () => client.ask('submitRun', { body: { workflow: script('end completed') } }),
  runs: () => client.ask('runs'),
  run: async () => client.ask('run', { id: await runTo('completed') }),
  runEvents: async () => client.ask('runEvents', { id: await runTo('completed'), query: { after: -1 } }),
  submitRange: () =>
    client.ask('submitRange', { body: { workflow: script('end completed'), rows: [{}, {}] } }),
  async followRuns() {
    const runs = [{ run: await runTo('completed'), after: -1 }]
    return client.ask('followRuns', { body: { runs: [...runs, { run: 'nobody’s', after: -1 }], wait: 1 } })
  },
  cancelRun: async () => client.ask('cancelRun', { id: await submit(client, script('cancellable')) }),
  deleteRun: async () => client.ask('deleteRun', { id: await runTo('completed') }),
  cleanRuns: () => client.ask('cleanRuns', { body: { keep: '30d' } }),
  resumeRun: async () => client.ask('resumeRun', { id: await runTo('interrupted') }),
  artifact() {
    const store = createFileArtifactStore(path.join(server.folder, 'data', 'artifacts'))
    return client.ask('artifact', { hash: store.put(new TextEncoder().encode('"text"'), 'text').artifact })
  },
  upload: () => client.ask('upload', { query: { name: 'table.csv' }, body: new Blob(['a,b\n']) }),
  workflows: () => client.ask('workflows'),
  workflow: async () => client.ask('workflow', { id: (await save('read')).id }),
  saveWorkflow: () => save('saved'),
  deleteWorkflow: async () => {
    const { id, revision } = await save('deleted')
    return client.ask('deleteWorkflow', { id, query: { revision } })
  },
  revisions: async () => client.ask('revisions', { id: (await save('revised')).id }),
  revision: async () => client.ask('revision', await save('revision')),
  openedWorkflow: () => client.ask('openedWorkflow', { id: 'handed' }),
  exportWorkflow: async () => client.ask('exportWorkflow', { id: (await save('exported')).id }),
  shareWorkflow: () => client.ask('shareWorkflow', { body: script('given on') }),
  importWorkflow: () =>
    client.ask('importWorkflow', { body: new Blob([JSON.stringify(script('imported'))]) }),
}

test.each(Object.keys(asks) as EndpointName[])(
  '%s answers what the table says, and no more',
  async (name) => {
    const { answer }: Endpoint = endpoints[name]
    const given = await asks[name]()
    if (answer === 'none') expect(given).toBeUndefined()
    else if (answer === 'bytes') expect(given).toBeInstanceOf(Blob)
    else expect(answer.parse(given)).toEqual(given)
  },
)
