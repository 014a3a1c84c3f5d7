import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { socketPath, type ServerMessage, type WorkerStatus } from '@woolgather/protocol'
import { documentLimits, type RunError } from '@woolgather/workflow'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ModelDownloads } from '../models/model-downloads.ts'
import type { RunService } from '../runs/run-service.ts'
import { trustedParts, type Refusal, type TrustedParts } from '../trust/check-request.ts'
import { networkOf, type AddressOf } from '../trust/client-address.ts'
import { tooLargeText } from '../errors/tell-size.ts'
import { isLoopbackAddress } from '../trust/limit-requests.ts'
import { withoutBase } from '../http/base-path.ts'
import { createRequestMemory } from './remember-requests.ts'
import { serveClient, type ServedClient } from './serve-client.ts'

const maxClients = 1_000

/** Of one address elsewhere: an office behind one, but not enough to leave no room for others. */
const maxClientsOfOne = 100

/** A workflow, and what is around it. */
const largestMessage = documentLimits.bytes + 65_536

/** Close code of the WebSocket protocol. */
const tooBig = 1009

/** A client that answers no ping for this long is gone, though its connection may look open. */
const pingInterval = 30_000

/** A client that does not answer the closing of its connection is not waited for longer. */
const closeGrace = 500

export interface ServeSocketsOptions {
  server: Server
  basePath: string
  gate: (parts: TrustedParts) => Refusal | undefined
  addressOf: AddressOf
  runs: RunService
  version: string
  workerStatus: () => WorkerStatus
  downloads: Pick<ModelDownloads, 'list'>
  /** Told what nobody foresaw. */
  onFailure: (thrown: unknown) => void
}

export interface ServedSockets {
  tell(message: ServerMessage): void
  close(): Promise<void>
}

/** Takes sockets at `socketPath`, after the same checks as every HTTP request. */
export function serveSockets({
  server,
  basePath,
  gate,
  addressOf,
  ...shared
}: ServeSocketsOptions): ServedSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
  })
  const requests = createRequestMemory()
  const clients = new Map<WebSocket, ServedClient>()
  const answering = new WeakSet<WebSocket>()
  const networks = new WeakMap<WebSocket, string>()

  const hasRoomFor = (address: string): boolean => {
    if (clients.size >= maxClients) return false
    if (isLoopbackAddress(address)) return true
    const network = networkOf(address)
    return [...clients.keys()].filter((socket) => networks.get(socket) === network).length < maxClientsOfOne
  }

  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => {})
    const address = addressOf(request)
    const refusal = refuse(request, { basePath, gate, address, hasRoom: hasRoomFor(address) })
    if (refusal !== undefined) return reject(stream, refusal)
    sockets.handleUpgrade(request, stream, head, (socket) => {
      answering.add(socket)
      socket.on('pong', () => answering.add(socket))
      socket.once('close', () => clients.delete(socket))
      networks.set(socket, networkOf(address))
      const client = serveClient({ socket, requests, ...shared })
      clients.set(socket, client)
      whenTooLarge(socket, () => client.fail(tooLargeMessage))
    })
  })

  const heartbeat = setInterval(() => {
    for (const socket of clients.keys()) {
      if (!answering.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }, pingInterval)

  return {
    tell(message) {
      for (const client of clients.values()) client.tell(message)
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

const tooLargeMessage: RunError = {
  code: 'request-too-large',
  message: tooLargeText('A message', largestMessage),
  hint: 'Long texts and tables belong into files: upload them, and load them with a node.',
}

/** Calls back before `ws` closes the connection over a message that is too large: afterwards nothing can be said. */
function whenTooLarge(socket: WebSocket, tell: () => void): void {
  const close = socket.close.bind(socket)
  socket.close = (code, reason) => {
    if (code === tooBig) tell()
    close(code, reason)
  }
}

function refuse(
  request: IncomingMessage,
  {
    basePath,
    gate,
    address,
    hasRoom,
  }: Pick<ServeSocketsOptions, 'basePath' | 'gate'> & { address: string; hasRoom: boolean },
): number | undefined {
  const path = withoutBase(request.url ?? '', basePath).split('?', 1)[0]
  if (path !== socketPath) return 404
  return (
    gate({ ...trustedParts(request), address: networkOf(address) })?.status ?? (hasRoom ? undefined : 503)
  )
}

function reject(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
