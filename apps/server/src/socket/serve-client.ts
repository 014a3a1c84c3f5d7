import {
  protocolVersion,
  type ClientMessage,
  type ServerMessage,
  type WorkerStatus,
} from '@woolgather/protocol'
import type { RunError } from '@woolgather/workflow'
import type { RawData, WebSocket } from 'ws'
import type { ModelDownloads } from '../models/model-downloads.ts'
import type { RunService, Submitted } from '../runs/run-service.ts'
import { changeQueue } from '../runs/change-queue.ts'
import { toRunError } from '../errors/to-run-error.ts'
import { readMessage } from './read-message.ts'
import type { RequestMemory } from './remember-requests.ts'
import { createEventSender } from './send-events.ts'

/** Messages a client may send at once, and every second after that. */
const burst = 500
const messagesPerSecond = 100

/** Messages that cannot be understood before the connection is given up. */
const maxNonsense = 20

/** Answers that a client may leave unread before the connection is given up. */
const maxUnreadBytes = 8_388_608

/** Close codes of the WebSocket protocol. */
const closeCodes = { goingAway: 1001, policy: 1008 } as const

export interface ServeClientOptions {
  socket: WebSocket
  runs: RunService
  /** Shared by all clients. */
  requests: RequestMemory
  version: string
  workerStatus: () => WorkerStatus
  downloads: Pick<ModelDownloads, 'list'>
  /** Told what nobody foresaw. */
  onFailure: (thrown: unknown) => void
}

/** One connected client. */
export interface ServedClient {
  /** What concerns every client. */
  tell(message: ServerMessage): void
  /** What went wrong with what this one sent. */
  fail(error: RunError): void
  close(): void
}

/** Serves one client until its socket closes. */
export function serveClient({
  socket,
  runs,
  requests,
  version,
  workerStatus,
  downloads,
  onFailure,
}: ServeClientOptions): ServedClient {
  const events = createEventSender(runs, {
    send: (text, done) => socket.send(text, () => done()),
    fail: (run, thrown) => answerThrown(thrown, run),
  })
  const stopListening = runs.onNews((run) => events.wake(run))
  const allow = createAllowance()
  let greeted = false
  let nonsense = 0

  const send = (message: ServerMessage): void => {
    if (socket.bufferedAmount > maxUnreadBytes) return socket.terminate()
    socket.send(JSON.stringify(message))
  }

  const fail = (error: RunError, run?: string): void =>
    send({ type: 'error', error, ...(run !== undefined && { run }) })

  const refuse = (message: string): void => {
    fail({ code: 'protocol', message })
    if (++nonsense >= maxNonsense)
      socket.close(closeCodes.policy, 'too many messages that cannot be understood')
  }

  const receive = (data: RawData, isBinary: boolean): void => {
    if (!allow()) return socket.close(closeCodes.policy, 'too many messages')
    if (isBinary) return refuse('Messages are text.')
    const read = readMessage(String(data))
    if ('problem' in read) return refuse(read.problem)
    if (!greeted && !('message' in read && read.message.type === 'hello')) {
      return refuse('The first message must be `hello` with the protocol version.')
    }
    if ('rejected' in read) return send({ type: 'run.rejected', ...read.rejected })
    try {
      handle(read.message)
    } catch (thrown) {
      const { message } = read
      if (message.type === 'run.submit') rejectThrown(message.request, thrown)
      else answerThrown(thrown, 'run' in message ? message.run : undefined)
    }
  }

  /** The history may be out of reach at any time: that concerns who asks, and ends nothing. */
  const answerThrown = (thrown: unknown, run?: string): void => {
    onFailure(thrown)
    fail(toRunError(thrown), run)
  }

  const rejectThrown = (request: string, thrown: unknown): void => {
    onFailure(thrown)
    send({ type: 'run.rejected', request, issues: [toRunError(thrown)] })
  }

  const handle = (message: ClientMessage): void => {
    switch (message.type) {
      case 'hello':
        return greet(message.protocol)
      case 'run.submit':
        return submit(message)
      case 'run.cancel':
        return cancel(message) ? undefined : fail(noSuchRun(message.run), message.run)
      case 'run.resume': {
        const refusal = runs.resume(message.run)
        return refusal && fail(refusal, message.run)
      }
      case 'queue.change': {
        const refusal = changeQueue(runs, message)
        return refusal && fail(refusal, message.move?.run)
      }
      case 'run.subscribe':
        return follow(message.run, message.after)
      case 'run.unsubscribe':
        return events.unfollow(message.run)
    }
  }

  const greet = (protocol: number): void => {
    if (protocol !== protocolVersion) {
      fail({
        code: 'unsupported-version',
        message: `This client speaks protocol ${protocol}, the server ${protocolVersion}.`,
        hint: 'Reload the page, or update the older of the two.',
      })
      return socket.close(closeCodes.policy, 'protocol version')
    }
    greeted = true
    send({ type: 'welcome', protocol: protocolVersion, version })
    send({ type: 'worker', status: workerStatus() })
    for (const download of downloads.list()) {
      if (download.state === 'running') send({ type: 'download', download })
    }
  }

  const cancel = ({ run, cells }: ClientMessage & { type: 'run.cancel' }): boolean =>
    cells ? runs.cancelCells(run, cells) : runs.cancel(run)

  const submit = ({ request, workflow, targets, fresh }: ClientMessage & { type: 'run.submit' }): void => {
    const { run, issues } = answered(request) ?? runs.submit(workflow, { targets, fresh })
    if (issues) return send({ type: 'run.rejected', request, issues })
    requests.add(request, run)
    send({ type: 'run.accepted', request, run })
    follow(run, -1)
  }

  const answered = (request: string): Submitted | undefined => {
    const run = requests.find(request)
    return run === undefined ? undefined : { run }
  }

  const follow = (run: string, after: number): void => {
    if (!runs.exists(run)) return fail(noSuchRun(run), run)
    if (events.follow(run, after)) return
    fail({ code: 'protocol', message: 'Too many runs are followed.', hint: 'Unsubscribe from some.' }, run)
  }

  socket.on('message', receive)
  // A broken frame or an oversize one: `ws` closes the connection with the fitting code after this.
  socket.on('error', () => {})
  socket.once('close', () => {
    stopListening()
    events.close()
  })

  return {
    tell: (message) => {
      if (greeted) send(message)
    },
    fail,
    close: () => socket.close(closeCodes.goingAway, 'the server stops'),
  }
}

/** A bucket of allowed messages that fills again with time. */
function createAllowance(): () => boolean {
  let left = burst
  let last = performance.now()
  return () => {
    const now = performance.now()
    left = Math.min(burst, left + ((now - last) / 1_000) * messagesPerSecond)
    last = now
    return --left >= 0
  }
}

function noSuchRun(run: string): RunError {
  return { code: 'run-not-found', message: `There is no run “${run}”.` }
}
