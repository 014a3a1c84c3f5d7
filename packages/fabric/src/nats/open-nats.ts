import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
  type ConsumerMessages,
  type StoredMsg,
} from '@nats-io/jetstream'
import { errors, nanos, type Msg } from '@nats-io/transport-node'
import { WoolgatherError, type Json } from '@woolgather/workflow'
import {
  defaultLeaseMs,
  type Fabric,
  type FabricOptions,
  type Lease,
  type Work,
} from '../interface/fabric.ts'
import { artifactsVariable, openS3Artifacts } from '../artifacts/s3.ts'
import { connectNats } from './connect.ts'
import { explain, tellTrouble } from './explain.ts'
import { dismiss, leaseOf } from './lease.ts'
import { createPacker } from './pack.ts'
import { readObject } from './read-object.ts'
import { namesOf, prepareStreams, type Streams } from './streams.ts'

/** As JetStream numbers them. */
const codes = {
  tooMany: 10077,
  wrongSequence: 10071,
  notFound: 10037,
  consumerGone: 10014,
  streamGone: 10059,
}

/** Milliseconds a line without workers is remembered, and between two looks for work nobody told of. */
const consumerAge = 3_600_000
const lookEvery = 1_000

/** Milliseconds to wait for work that is there; between attempts, at first and at most. */
const pullPatience = 5_000
const firstWait = 100
const longestWait = 2_000

/** Messages of a followed topic on their way at once. */
const followAhead = 200

export interface NatsFabricOptions extends FabricOptions {
  /** Keeps fabrics on one server apart, default `woolgather`. */
  name?: string | undefined
  env?: NodeJS.ProcessEnv | undefined
}

/**
 * A fabric in NATS JetStream, 2.9 or newer: a work-queue stream with a pull consumer for each line, a key-value bucket of
 * results, an object store (or S3), and a stream to follow.
 * @throws WoolgatherError fabric-unreachable, fabric-refused, invalid-input
 */
export async function openNatsFabric(
  servers: string[],
  { leaseMs = defaultLeaseMs, name = 'woolgather', env, onTrouble = () => {} }: NatsFabricOptions = {},
): Promise<Fabric> {
  const place = (env ?? process.env)[artifactsVariable]
  const elsewhere = place ? await openS3Artifacts(place) : undefined
  const { connection, reached } = await connectNats(servers, env)
  const trouble = tellTrouble(reached, onTrouble)
  const names = namesOf(name)
  let streams: Streams = await prepareStreams(connection, name).catch(async (error: unknown) => {
    await connection.close()
    throw explain(error, reached)
  })
  const consumers = new Set<string>()
  const workListeners = new Set<() => void>()
  const following = new Set<{ stop: () => void; again: () => void }>()
  const closed = new AbortController()

  const prepare = async (): Promise<void> => {
    consumers.clear()
    streams = await prepareStreams(connection, name)
  }

  /** Asks until there is an answer: a server that restarts is back soon, and one that lost all is prepared again. */
  const insist = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    for (let wait = firstWait; ; wait = Math.min(2 * wait, longestWait)) {
      try {
        return await ask()
      } catch (error) {
        if (isDenied(error)) throw explain(error, reached)
        if (closed.signal.aborted || !passes(error)) throw error
        await delay(wait, undefined, { signal: closed.signal })
        await prepare().catch(() => undefined)
      }
    }
  }

  /** The last message with a subject. */
  const lastOf = async (stream: string, subject: string): Promise<StoredMsg | null> => {
    try {
      return await streams.jsm.streams.getMessage(stream, { last_by_subj: subject })
    } catch (error) {
      if (codeOf(error) === codes.notFound) return null
      throw error
    }
  }

  /** The part of an object that has no others. */
  const partOf = async (nuid: string): Promise<Uint8Array | undefined> =>
    (await lastOf(`OBJ_${names.artifacts}`, `$O.${names.artifacts}.C.${nuid}`))?.data

  const artifacts: Fabric['artifacts'] = elsewhere ?? {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex')
      let begun = false
      await insist(async () => {
        // Putting it that failed may have left its name without its parts.
        if (!begun && (await streams.artifacts.info(hash)) !== null) return
        begun = true
        await streams.artifacts.putBlob({ name: hash }, bytes)
      })
      return hash
    },
    get: (hash) => insist(() => readObject(streams.artifacts, partOf, hash)),
  }
  const maxPayload = connection.info?.max_payload ?? 1_048_576
  const { pack, unpack } = createPacker(artifacts, maxPayload)

  const subjectOf = ({ id, queue, interactive, run }: Omit<Work, 'body'>): string =>
    [name, 'work', interactive ? 'first' : 'later', queue, run, id].join('.')

  const offer = async (work: Work): Promise<void> => {
    const body = await pack(work.body)
    await insist(async () => {
      try {
        await streams.js.publish(subjectOf(work), body)
      } catch (error) {
        // It is in line already; or there is no room.
        if (codeOf(error) !== codes.tooMany || !(await has(work))) throw error
      }
    })
    connection.publish(`${name}.offered`)
  }

  const has: Fabric['has'] = (work) =>
    insist(async () => (await lastOf(names.work, subjectOf({ ...work }))) !== null)

  const consumerOf = async (queue: string, rank: 'first' | 'later'): Promise<string> => {
    const durable = `${rank}-${queue}`
    if (consumers.has(durable)) return durable
    await streams.jsm.consumers.add(names.work, {
      durable_name: durable,
      filter_subject: `${name}.work.${rank}.${queue}.>`,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(leaseMs),
      max_deliver: -1,
      max_ack_pending: -1,
      inactive_threshold: nanos(consumerAge),
    })
    consumers.add(durable)
    return durable
  }

  /** One message of a line, where there is one now. */
  const pull = async (queue: string, rank: 'first' | 'later'): Promise<Msg | undefined> => {
    const consumer = await consumerOf(queue, rank)
    const ask = JSON.stringify({ batch: 1, no_wait: true })
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${names.work}.${consumer}`
    // The answer bears the subject of the work, so that an inbox of many could not tell to whom it belongs.
    const answer = await connection.request(subject, ask, { timeout: pullPatience, noMux: true })
    // What is no message of the stream says why there is none.
    return answer.headers === undefined || answer.headers.code === 0 ? answer : undefined
  }

  /** What nobody can ever read is said, and passed over. */
  const passOver = (error: unknown): undefined => {
    if (!(error instanceof WoolgatherError) || error.code !== 'invalid-json') throw error
    trouble({ type: 'error', error })
  }

  const takeFrom = async (queue: string, rank: 'first' | 'later'): Promise<Lease | undefined> => {
    const message = await insist(() => pull(queue, rank))
    if (message === undefined) return undefined
    const [run, id] = message.subject.split('.').slice(-2) as [string, string]
    const body = await unpack(message.data).catch(passOver)
    if (body === undefined) {
      await dismiss(connection, message)
      return takeFrom(queue, rank)
    }
    const work: Work = { id, queue, interactive: rank === 'first', run, body }
    return leaseOf(message, work, { connection, leaseMs, offer, has })
  }

  const isPaused = (): Promise<boolean> =>
    insist(async () => (await streams.state.get('paused'))?.string() === 'true')

  const follow: Fabric['follow'] = (topic, after, listener) => {
    let last = after
    let born: string | undefined
    let messages: ConsumerMessages | undefined
    let isFollowing = true
    const stop = (): void => {
      isFollowing = false
      following.delete(follower)
      messages?.stop()
    }
    const follower = { stop, again: () => messages?.stop() }
    const followOnce = async (): Promise<void> => {
      const { created } = await streams.jsm.streams.info(names.log)
      // Another stream under the same name numbers from 1 again.
      if (born !== undefined && String(created) !== born) last = 0
      born = String(created)
      const consumer = await streams.js.consumers.get(names.log, {
        filter_subjects: `${name}.log.${topic}`,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: last + 1,
      })
      const coming = await consumer.consume({ max_messages: followAhead })
      messages = coming
      if (!isFollowing) return coming.stop()
      void stopWhereLost(coming)
      for await (const message of coming) {
        const told = await unpack(message.data).catch(passOver)
        if (!isFollowing) return
        last = message.seq
        if (told !== undefined) listener(told, message.seq)
      }
    }
    /** What is away comes back; what a message refers to and is nowhere comes only when somebody hears of it. */
    const goOnAfter = async (error: unknown): Promise<void> => {
      if (error instanceof WoolgatherError && isFollowing) {
        trouble({ type: 'error', error })
        await delay(longestWait)
      }
      await prepare().catch(() => undefined)
    }
    void (async () => {
      while (isFollowing) {
        await followOnce().catch(goOnAfter)
        if (isFollowing) await delay(firstWait)
      }
    })()
    following.add(follower)
    return stop
  }

  /** The server that is back may have lost what there was. */
  const followConnection = async (): Promise<void> => {
    for await (const status of connection.status()) {
      trouble(status)
      if (status.type !== 'reconnect') continue
      await prepare().catch(() => undefined)
      for (const { again } of following) again()
      tellOfWork()
    }
  }
  void followConnection()

  const told = connection.subscribe(`${name}.offered`, { callback: () => tellOfWork() })
  const tellOfWork = (): void => workListeners.forEach((listener) => listener())
  const timer = setInterval(tellOfWork, lookEvery).unref()

  return {
    offer,
    has,
    async take(queues) {
      if (queues.length === 0 || (await isPaused())) return undefined
      for (const rank of ['first', 'later'] as const) {
        for (const queue of queues) {
          const lease = await takeFrom(queue, rank)
          if (lease !== undefined) return lease
        }
      }
      return undefined
    },
    onWork(listener) {
      workListeners.add(listener)
      return () => workListeners.delete(listener)
    },
    async drop({ run, id = '*' }) {
      const filter = `${name}.work.*.*.${run}.${id}`
      await insist(() => streams.jsm.streams.purge(names.work, { filter }))
    },
    async pause(paused) {
      await insist(() => streams.state.put('paused', String(paused)))
      connection.publish(`${name}.offered`)
    },
    async queues() {
      const { state } = await insist(() =>
        streams.jsm.streams.info(names.work, { subjects_filter: `${name}.work.>` }),
      )
      const lengths = new Map<string, { interactive: number; others: number }>()
      for (const [subject, count] of Object.entries(state.subjects ?? {})) {
        const [rank, queue] = subject.split('.').slice(-4) as [string, string]
        const length = lengths.get(queue) ?? { interactive: 0, others: 0 }
        length[rank === 'first' ? 'interactive' : 'others'] += count
        lengths.set(queue, length)
      }
      return [...lengths]
        .map(([queue, length]) => ({ queue, ...length }))
        .sort((a, b) => (a.queue < b.queue ? -1 : 1))
    },
    results: {
      async putIfAbsent(address, value) {
        const bytes = await pack(value)
        return insist(async () => {
          try {
            await streams.results.create(address, bytes)
            return value
          } catch (error) {
            const there = codeOf(error) === codes.wrongSequence && (await streams.results.get(address))
            if (!there) throw error
            return unpack(there.value)
          }
        })
      },
      async get(address) {
        const entry = await insist(() => streams.results.get(address))
        return entry === null ? undefined : unpack(entry.value)
      },
    },
    artifacts,
    tell(topic, message) {
      const bytes = Buffer.from(JSON.stringify(message))
      if (bytes.length <= maxPayload) connection.publish(`${name}.told.${topic}`, bytes)
      else trouble({ type: 'error', error: tooLargeToTell(topic, bytes.length) })
    },
    listen(topic, listener) {
      const subscription = connection.subscribe(`${name}.told.${topic}`, {
        callback: (error, message) => {
          const heard = error === null ? readTold(message) : undefined
          // What is thrown in here would end all reading from the server.
          if (heard !== undefined) queueMicrotask(() => listener(heard))
        },
      })
      return () => subscription.unsubscribe()
    },
    async append(topic, message) {
      const bytes = await pack(message)
      return (await insist(() => streams.js.publish(`${name}.log.${topic}`, bytes))).seq
    },
    follow,
    async [Symbol.asyncDispose]() {
      closed.abort()
      clearInterval(timer)
      told.unsubscribe()
      for (const { stop } of following) stop()
      await connection.close()
      elsewhere?.[Symbol.dispose]()
    },
  }
}

/** Undefined where somebody else told what is no JSON. */
function readTold(message: Msg): Json | undefined {
  try {
    return message.json<Json>()
  } catch {
    return undefined
  }
}

function tooLargeToTell(topic: string, bytes: number): WoolgatherError {
  return new WoolgatherError(
    'request-too-large',
    `What was to be told of “${topic}” is too large for this NATS server, with ${bytes} bytes: nobody hears it.`,
    { hint: 'Its max_payload says how much goes.' },
  )
}

async function stopWhereLost(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (lost.has(type)) messages.stop()
  }
}

/** After these what was consumed may be gone; it is looked for anew. */
const lost: ReadonlySet<string> = new Set([
  'heartbeats_missed',
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'no_responders',
])

function codeOf(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined
}

function isDenied(error: unknown): boolean {
  return error instanceof errors.PermissionViolationError || (error instanceof Error && isDenied(error.cause))
}

/** Whether asking again may help. */
function passes(error: unknown): boolean {
  if (error instanceof errors.InvalidArgumentError) return false
  const code = codeOf(error)
  return code === undefined || code === codes.streamGone || code === codes.consumerGone
}
