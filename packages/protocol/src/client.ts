import { WoolgatherError, type RunError, type RunEvent, type Workflow } from '@woolgather/workflow'
import { createAsk, type Ask } from './ask.ts'
import { socketPath } from './endpoints.ts'
import type { ModelDownload } from './http-downloads.ts'
import type { CellCancellation, QueueChange, RunChoices } from './http-runs.ts'
import {
  protocolVersion,
  serverMessageSchema,
  type ClientMessage,
  type ServerMessage,
  type WorkerStatus,
} from './socket-messages.ts'

/** The part of a browser's WebSocket this client needs; the `ws` package's fits too. */
export interface SocketLike {
  send(data: string): void
  close(): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
}

export interface ClientOptions {
  /** `http://127.0.0.1:7860`, without a trailing slash. */
  url: string
  createSocket: (url: string) => SocketLike
  /** Milliseconds before the first attempt to reconnect; doubles up to 5 s. */
  reconnectDelay?: number
  onConnection?: (state: 'connecting' | 'open' | 'lost') => void
  onWorker?: (status: WorkerStatus) => void
  /** How fetching a model goes on. */
  onDownload?: (download: ModelDownload) => void
  /** The server does not know a run that is subscribed to (any more): no event of it will come. */
  onRunLost?: (run: string) => void
  /** What was asked of a run could not be done; it may have ended, or its events cannot be read. */
  onRunError?: (run: string, error: RunError) => void
}

/** A workflow that was refused before anything ran, with every issue found. */
export type SubmitResult = { run: string } | { issues: (ServerMessage & { type: 'run.rejected' })['issues'] }

/**
 * Typed client for HTTP and socket. Reconnects by itself, and then asks for every event it has not seen, so a
 * subscriber sees each event of a run exactly once and in order.
 */
export interface Client {
  /** Asks over HTTP: `ask('run', { id })`. What there is to ask is in `endpoints`. */
  ask: Ask
  /** Waits for a server that is not there. Aborting takes it back, whether or not it was sent already. */
  submit(workflow: Workflow, choices?: RunChoices, signal?: AbortSignal): Promise<SubmitResult>
  /** Cancels a run, or some cells of it. */
  cancel(run: string, cells?: CellCancellation): void
  changeQueue(change: QueueChange): void
  /** Takes up an interrupted run; whoever follows it is told on. */
  resume(run: string): void
  /** Calls back with all events of the run, from the first unless `after` says otherwise. Returns how to stop. */
  subscribe(run: string, onEvents: (events: RunEvent[]) => void, after?: number): () => void
  close(): void
}

interface Subscription {
  onEvents: (events: RunEvent[]) => void
  /** Number of the last event passed on. */
  last: number
}

export function createClient(options: ClientOptions): Client {
  const subscriptions = new Map<string, Set<Subscription>>()
  const waiting = new Map<
    string,
    { message: ClientMessage; settle: (result: SubmitResult | Error) => void }
  >()
  const takenBack = new Set<string>()
  let socket: SocketLike | undefined
  let open = false
  let closed = false
  let delay = options.reconnectDelay ?? 250
  let timer: ReturnType<typeof setTimeout> | undefined
  let nextRequest = 0
  const session = Math.random().toString(36).slice(2)

  const send = (message: ClientMessage): void => {
    if (open) socket?.send(JSON.stringify(message))
  }

  const connect = (): void => {
    options.onConnection?.('connecting')
    const current = options.createSocket(options.url.replace(/^http/, 'ws') + socketPath)
    socket = current
    current.addEventListener('open', () => {
      open = true
      delay = options.reconnectDelay ?? 250
      send({ type: 'hello', protocol: protocolVersion })
      for (const [run, set] of subscriptions) {
        send({ type: 'run.subscribe', run, after: earliest(set) })
      }
      for (const { message } of waiting.values()) send(message)
      options.onConnection?.('open')
    })
    current.addEventListener('message', (event) => receive(String(event.data)))
    // An error is always followed by a close; without a listener Node's `ws` would throw it.
    current.addEventListener('error', () => {})
    current.addEventListener('close', () => {
      open = false
      if (closed) return
      options.onConnection?.('lost')
      timer = setTimeout(connect, delay)
      delay = Math.min(delay * 2, 5_000)
    })
  }

  const receive = (text: string): void => {
    const message = serverMessageSchema.parse(JSON.parse(text))
    switch (message.type) {
      case 'welcome':
        return
      case 'run.accepted':
        if (takenBack.delete(message.request)) return send({ type: 'run.cancel', run: message.run })
        return settle(message.request, { run: message.run })
      case 'run.rejected':
        return settle(message.request, { issues: message.issues })
      case 'run.events':
        return deliver(message)
      case 'worker':
        return options.onWorker?.(message.status)
      case 'download':
        return options.onDownload?.(message.download)
      case 'error':
        // One about a run is that run's affair: what waits for an answer goes on waiting.
        if (message.run === undefined) return failAll(errorOf(message.error))
        return message.error.code === 'run-not-found'
          ? options.onRunLost?.(message.run)
          : options.onRunError?.(message.run, message.error)
    }
  }

  const settle = (request: string, result: SubmitResult | Error): void => {
    const entry = waiting.get(request)
    waiting.delete(request)
    entry?.settle(result)
  }

  const failAll = (error: Error): void => {
    for (const request of [...waiting.keys()]) settle(request, error)
  }

  const takeBack = (request: string): void => {
    if (!waiting.has(request)) return
    takenBack.add(request)
    settle(request, new WoolgatherError('cancelled', 'The run was taken back before it was accepted.'))
  }

  const deliver = ({ run, from, events }: ServerMessage & { type: 'run.events' }): void => {
    for (const subscription of subscriptions.get(run) ?? []) {
      // Sent before the server knew of this subscription: what it asked for is on its way, without a gap.
      if (from > subscription.last + 1) continue
      const fresh = events.filter((event) => event.seq > subscription.last)
      const last = fresh.at(-1)
      if (!last) continue
      subscription.last = last.seq
      subscription.onEvents(fresh)
    }
  }

  connect()

  return {
    ask: createAsk({ url: options.url }),
    submit(workflow, choices = {}, signal) {
      const id = `${session}-${nextRequest++}`
      const message: ClientMessage = {
        type: 'run.submit',
        request: id,
        workflow,
        ...choices,
      }
      return new Promise((resolve, reject) => {
        waiting.set(id, {
          message,
          settle: (result) => (result instanceof Error ? reject(result) : resolve(result)),
        })
        send(message)
        signal?.addEventListener('abort', () => takeBack(id), { once: true })
      })
    },
    cancel: (run, cells) => send({ type: 'run.cancel', run, ...(cells && { cells }) }),
    changeQueue: (change) => send({ type: 'queue.change', ...change }),
    resume: (run) => send({ type: 'run.resume', run }),
    subscribe(run, onEvents, after = -1) {
      const subscription: Subscription = { onEvents, last: after }
      const set = subscriptions.get(run) ?? new Set()
      subscriptions.set(run, set.add(subscription))
      send({ type: 'run.subscribe', run, after: earliest(set) })
      return () => {
        set.delete(subscription)
        if (set.size > 0) return
        subscriptions.delete(run)
        send({ type: 'run.unsubscribe', run })
      }
    },
    close() {
      closed = true
      clearTimeout(timer)
      socket?.close()
      failAll(new WoolgatherError('cancelled', 'The connection was closed.'))
    },
  }
}

function errorOf({ code, message, hint }: RunError): WoolgatherError {
  return new WoolgatherError(code, message, hint === undefined ? {} : { hint })
}

/** The server keeps one place per run and client: the one that serves whoever is furthest behind. */
function earliest(subscriptions: ReadonlySet<Subscription>): number {
  return Math.min(...[...subscriptions].map(({ last }) => last))
}
