import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { routes, type WorkerStatus } from '@woolgather/protocol'
import { documentLimits } from '@woolgather/workflow'
import { WebSocketServer, type WebSocket } from 'ws'
import type { RunService } from '../runs/run-service.ts'
import type { Refusal, TrustedParts } from '../trust/check-request.ts'
import { createRequestMemory } from './remember-requests.ts'
import { serveClient, type ServedClient } from './serve-client.ts'

const maxClients = 1_000

/** A client that answers no ping for this long is gone, though its connection may look open. */
const pingInterval = 30_000

/** A client that does not answer the closing of its connection is not waited for longer. */
const closeGrace = 500

export interface ServeSocketsOptions {
  server: Server
  gate: (parts: TrustedParts) => Refusal | undefined
  runs: RunService
  version: string
  workerStatus: () => WorkerStatus
}

export interface ServedSockets {
  tellWorker(status: WorkerStatus): void
  close(): Promise<void>
}

/** Takes sockets at `/api/socket`, after the same checks as every HTTP request. */
export function serveSockets({ server, gate, ...shared }: ServeSocketsOptions): ServedSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: documentLimits.bytes + 65_536,
    perMessageDeflate: false,
  })
  const requests = createRequestMemory()
  const clients = new Map<WebSocket, ServedClient>()
  const answering = new WeakSet<WebSocket>()

  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => {})
    const refusal = refuse(request, gate, clients.size)
    if (refusal !== undefined) return reject(stream, refusal)
    sockets.handleUpgrade(request, stream, head, (socket) => {
      answering.add(socket)
      socket.on('pong', () => answering.add(socket))
      socket.once('close', () => clients.delete(socket))
      clients.set(socket, serveClient({ socket, requests, ...shared }))
    })
  })

  const heartbeat = setInterval(() => {
    for (const socket of clients.keys()) {
      if (!answering.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }, pingInterval)

  return {
    tellWorker(status) {
      for (const client of clients.values()) client.tellWorker(status)
    },
    async close() {
      clearInterval(heartbeat)
      for (const client of clients.values()) client.close()
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()))
      const impatient = setTimeout(() => {
        for (const socket of clients.keys()) socket.terminate()
      }, closeGrace)
      await closed
      clearTimeout(impatient)
    },
  }
}

function refuse(
  request: IncomingMessage,
  gate: ServeSocketsOptions['gate'],
  clients: number,
): number | undefined {
  const path = (request.url ?? '').split('?', 1)[0]
  if (path !== routes.socket) return 404
  return (
    gate({ headers: request.headers, address: request.socket.remoteAddress })?.status ??
    (clients >= maxClients ? 503 : undefined)
  )
}

function reject(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
