import {
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import { Objm, type ObjectStore } from '@nats-io/obj'
import { nanos, type NatsConnection } from '@nats-io/transport-node'

/** Where everything lies in JetStream, and how to reach it. */
export interface Streams {
  js: JetStreamClient
  jsm: JetStreamManager
  results: KV
  state: KV
  artifacts: ObjectStore
}

/** Milliseconds that finished work can be followed, and that results are kept after they came. */
const logAge = 24 * 3_600_000
const resultAge = 30 * 24 * 3_600_000

/** How the streams of one fabric are called: several may share a server. */
export interface StreamNames {
  work: string
  log: string
  results: string
  state: string
  artifacts: string
}

export function namesOf(name: string): StreamNames {
  return {
    work: `${name}-work`,
    log: `${name}-log`,
    results: `${name}-results`,
    state: `${name}-state`,
    artifacts: `${name}-artifacts`,
  }
}

/** Makes what is not there yet, or any more. */
export async function prepareStreams(connection: NatsConnection, name: string): Promise<Streams> {
  const names = namesOf(name)
  const jsm = await jetstreamManager(connection)
  const js = jetstream(connection)
  await jsm.streams.add({
    name: names.work,
    subjects: [`${name}.work.>`],
    retention: RetentionPolicy.Workqueue,
    // What is in line is refused, not replaced: offering it again changes nothing.
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
  })
  await jsm.streams.add({ name: names.log, subjects: [`${name}.log.>`], max_age: nanos(logAge) })
  const kvm = new Kvm(connection)
  const results = await kvm.create(names.results, { ttl: resultAge, history: 1 })
  const state = await kvm.create(names.state, { history: 1 })
  const artifacts = await new Objm(connection).create(names.artifacts, { ttl: nanos(resultAge) })
  return { js, jsm, results, state, artifacts }
}
