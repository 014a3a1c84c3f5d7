import { pathOf } from '@woolgather/protocol'
import { expect, test } from 'vitest'
import { collect, script, startTestServer, submit, until } from './testing/start-test-server.ts'

const ended = script('end completed')

test('a paused queue begins nothing, also after a restart, until it is told to', async () => {
  const before = await startTestServer()
  const client = before.connect()
  await client.ask('queue')
  client.changeQueue({ paused: true })
  await until(async () => (await client.ask('queue')).paused)
  const waiting = [await submit(client, ended), await submit(client, ended), await submit(client, ended)]
  expect(await client.ask('queue')).toEqual({ paused: true, running: [], waiting })
  client.changeQueue({ move: { run: waiting[2]!, place: 0 } })
  const moved = [waiting[2], waiting[0], waiting[1]]
  await until(async () => (await client.ask('queue')).waiting[0] === waiting[2])
  await before.close()

  await using after = await startTestServer({ folder: before.folder, parallelRuns: 1 })
  const later = after.connect()
  expect(await later.ask('queue')).toEqual({ paused: true, running: [], waiting: moved })
  const finished = Promise.all(moved.map((run) => collect(later, run!)))
  later.changeQueue({ paused: false })
  const times = (await finished).map((events) => events.at(-1)?.time ?? 0)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

test('a run can be asked for before all that wait, and those can be cancelled at once', async () => {
  await using server = await startTestServer({ parallelRuns: 1 })
  const client = server.connect()
  const running = await submit(client, script('cancellable'))
  const waiting = await submit(client, ended)
  const { run: next } = await client.ask('submitRun', { body: { workflow: ended, next: true } })
  expect(await client.ask('queue')).toEqual({ paused: false, running: [running], waiting: [next, waiting] })
  const answer = await fetch(server.url + pathOf('queue'), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clear: true }),
  })
  expect(await answer.json()).toEqual({ paused: false, running: [running], waiting: [] })
  expect((await collect(client, waiting)).at(-1)).toMatchObject({ status: 'cancelled' })
  client.cancel(running)
})

test('a run of a higher priority goes before those that wait with a lower one, behind those with as high a one', async () => {
  await using server = await startTestServer({ parallelRuns: 1 })
  const client = server.connect()
  const running = await submit(client, script('cancellable'))
  const start = async (priority?: number): Promise<string> =>
    (
      await client.ask('submitRun', {
        body: { workflow: ended, ...(priority !== undefined && { priority }) },
      })
    ).run
  const [usual, urgent, background, urgentToo] = [
    await start(),
    await start(5),
    await start(-5),
    await start(5),
  ]
  expect((await client.ask('queue')).waiting).toEqual([urgent, urgentToo, usual, background])
  client.changeQueue({ clear: true })
  client.cancel(running)
})

test.each([
  [{ move: { run: 'none', place: 0 } }, 404],
  [{ move: { run: 'none', place: -1 } }, 400],
  [{ paused: 'yes' }, 400],
])('a change that cannot be made is refused: %j', async (change, status) => {
  await using server = await startTestServer()
  const answer = await fetch(server.url + pathOf('queue'), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  })
  expect(answer.status).toBe(status)
})
