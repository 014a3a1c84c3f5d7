import { once } from 'node:events'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { watchBodies } from '../bodies/watch-bodies.ts'

async function post(server: Server, agent: Agent): Promise<void> {
  const { port } = server.address() as AddressInfo
  const sent = request({ port, agent, host: '127.0.0.1', method: 'POST' })
  sent.end('body')
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream]
  response.resume()
  await once(response, 'end')
}

test('a connection that is kept alive keeps nothing of the requests it served', async () => {
  const watch = watchBodies(60_000)
  const listeners: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    sockets.add(request.socket)
    listeners.push(request.socket.listenerCount('close'))
    watch(request, response)
    request.resume().once('end', () => response.end('ok'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let i = 0; i < 5; i++) await post(server, agent)
  expect(sockets.size).toBe(1)
  expect(new Set(listeners).size).toBe(1)
  agent.destroy()
  await once(server.close(), 'close')
})
