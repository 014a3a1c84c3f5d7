import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Json } from '@woolgather/workflow'
import { openFabric } from '@woolgather/fabric'
import { connectNats } from '../packages/fabric/src/nats/connect.ts'
import { openNatsFabric } from '../packages/fabric/src/nats/open-nats.ts'
import { keepsTheContract } from '../packages/fabric/src/testing/contract.ts'
import { bucket, startS3 } from '../packages/fabric/src/testing/s3-stand-in.ts'
import { hasNatsServer, startNatsServer, type NatsServer } from './nats-server.ts'
import { createScratch } from './scratch.ts'
import { readUrl, startServer } from './server.ts'

describe.runIf(hasNatsServer())('in a real nats-server', () => {
  let server: NatsServer
  let number = 0
  beforeAll(async () => {
    server = await startNatsServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  keepsTheContract(async (use) => {
    const name = `contract-${number++}`
    await use((options) => openNatsFabric([server.url], { ...options, name }))
  })

  test('a server that restarts, and one that lost all it had, is gone on with', async () => {
    await using own = await startNatsServer()
    await using fabric = await openFabric(own.url)
    const heard: Json[] = []
    fabric.follow('done', 0, (message) => heard.push(message))
    const work = { id: 'a', queue: 'q', interactive: false, run: 'r', body: null }
    await fabric.offer(work)
    await fabric.append('done', 1)
    await expect.poll(() => heard).toEqual([1])
    await own.kill()
    await own.bringBack()
    expect(await fabric.has(work)).toBe(true)
    await fabric.append('done', 2)
    await expect.poll(() => heard).toEqual([1, 2])
    await own.kill()
    await own.bringBack({ empty: true })
    expect(await fabric.has(work)).toBe(false)
    await fabric.offer(work)
    expect((await fabric.take(['q']))?.work.id).toBe('a')
    await fabric.append('done', 3)
    await expect.poll(() => heard).toEqual([1, 2, 3])
    expect(await fabric.results.putIfAbsent('ab', 4)).toBe(4)
  })

  test('what is no JSON is heard by nobody, and ends nothing', async () => {
    await using fabric = await openNatsFabric([server.url], { name: 'foreign' })
    const heard: Json[] = []
    fabric.listen('cells', (message) => heard.push(message))
    const { connection } = await connectNats([server.url])
    connection.publish('foreign.told.cells', '{')
    connection.publish('foreign.told.cells', '"next"')
    await expect.poll(() => heard).toEqual(['next'])
    await connection.close()
  })

  test('what is no JSON in a line of work or in what is followed is said once, passed over, and gone', async () => {
    const said: string[] = []
    const onTrouble = (text: string): void => void said.push(text)
    await using fabric = await openNatsFabric([server.url], { name: 'strange', onTrouble })
    const work = (id: string) => ({ id, queue: 'q', interactive: false, run: 'r', body: { of: id } })
    const { connection } = await connectNats([server.url])
    await connection.request('strange.work.later.q.r.broken', '{')
    await connection.request('strange.log.done', 'nothing')
    await fabric.offer(work('whole'))
    await fabric.append('done', 'next')
    const heard: Json[] = []
    fabric.follow('done', 0, (message) => heard.push(message))
    await expect.poll(() => heard).toEqual(['next'])
    expect((await fabric.take(['q']))?.work).toEqual(work('whole'))
    await expect.poll(() => fabric.has(work('broken'))).toBe(false)
    expect(said).toEqual([expect.stringContaining('is no JSON')])
    await connection.close()
  })

  test('what is too large to be told is told to nobody, which is said, and ends nothing', async () => {
    const said: string[] = []
    const onTrouble = (text: string): void => void said.push(text)
    await using fabric = await openNatsFabric([server.url], { name: 'told', onTrouble })
    const heard: Json[] = []
    fabric.listen('cells', (message) => heard.push(message))
    fabric.tell('cells', 'x'.repeat(2_000_000))
    fabric.tell('cells', 'next')
    await expect.poll(() => heard).toEqual(['next'])
    expect(said).toEqual([expect.stringMatching(/“cells”.* too large/)])
  })

  test('a server says that NATS is away, and that it is back', async () => {
    await using own = await startNatsServer()
    await using scratch = await createScratch()
    vi.stubEnv('WOOLGATHER_FABRIC', own.url)
    const waits = startServer(scratch, { stderr: 'pipe' })
    vi.unstubAllEnvs()
    let log = ''
    waits.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
    const url = await readUrl(waits)
    await expect.poll(async () => (await fetch(`${url}/health`)).json()).toMatchObject({ worker: 'ready' })
    await own.kill()
    await expect.poll(() => log).toMatch(/connection to NATS at \S+ is lost/)
    await own.bringBack()
    await expect.poll(() => log).toMatch(/connection to NATS at \S+ is back/)
    waits.kill('SIGTERM')
    await once(waits, 'exit')
  })

  test('what is large lies in S3 where that is named, for all who name it [against a stand-in]', async () => {
    await using s3 = await startS3()
    for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value)
    const env = { WOOLGATHER_FABRIC_ARTIFACTS: `s3://${bucket}/wool` }
    await using one = await openNatsFabric([server.url], { env, name: 'on-s3' })
    await using other = await openNatsFabric([server.url], { env, name: 'on-s3' })
    const told: string[] = []
    const onTrouble = (text: string): void => void told.push(text)
    await using without = await openNatsFabric([server.url], { env: {}, name: 'on-s3', onTrouble })
    vi.unstubAllEnvs()
    const large = { text: 'ä'.repeat(1_500_000) }
    await one.results.putIfAbsent('ab', large)
    expect(await other.results.get('ab')).toEqual(large)
    expect([...s3.objects.values()].map((object) => JSON.parse(object.toString()) as Json)).toEqual([large])
    await expect(without.results.get('ab')).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('WOOLGATHER_FABRIC_ARTIFACTS') as string,
    })
    const heard: Json[] = []
    without.follow('done', 0, (message) => heard.push(message))
    other.follow('done', 0, (message) => heard.push(message))
    await one.append('done', large)
    await expect.poll(() => heard).toEqual([large])
    await expect.poll(() => told).toEqual([expect.stringContaining('WOOLGATHER_FABRIC_ARTIFACTS')])
  })
})
