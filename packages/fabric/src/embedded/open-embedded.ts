import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { createFileArtifactStore } from '@woolgather/engine'
import type { Json } from '@woolgather/workflow'
import {
  defaultLeaseMs,
  type Fabric,
  type FabricOptions,
  type Lease,
  type Work,
} from '../interface/fabric.ts'
import { openDatabase, patience, pruneArtifacts, pruneEvery, pruneTables } from './database.ts'
import { createGuard } from './guard.ts'

/** Milliseconds between two looks whether another process wrote something, and for which what was told is kept. */
const lookEvery = 50
const toldFor = 60_000

interface WorkRow {
  id: string
  queue: string
  interactive: number
  run: string
  body: string
  attempts: number
}

/**
 * A fabric of one machine: a folder with an SQLite file and artifacts, which any number of processes of this machine
 * share.
 */
export function openEmbeddedFabric(
  folder: string,
  { leaseMs = defaultLeaseMs, onTrouble = () => {} }: FabricOptions = {},
): Promise<Fabric> {
  const database = openDatabase(folder)
  const guard = createGuard(folder, onTrouble)
  const artifactsFolder = path.join(folder, 'artifacts')
  const store = createFileArtifactStore(artifactsFolder)
  const closed = new AbortController()
  const watchers = new Set<() => void>()
  const workListeners = new Set<() => void>()

  const version = (): unknown => database.prepare('pragma data_version').all()
  let seen = JSON.stringify(version())
  /** Leases that run out, and works whose delay is over, are work again without anybody writing. */
  let nextWork = Date.now() + leaseMs
  let nextPrune = Date.now()
  const prune = (): void => {
    nextPrune = Date.now() + pruneEvery
    const pruned = whileBusy(() => pruneTables(database))
    if (pruned?.isMore === true) nextPrune = Date.now() + lookEvery
    if (pruned?.isMore === false) void pruneArtifacts(artifactsFolder, closed.signal)
  }
  const look = (): void => {
    if (Date.now() >= nextPrune) prune()
    const now = JSON.stringify(version())
    const changed = now !== seen
    seen = now
    if (changed) for (const watcher of watchers) watcher()
    if (!changed && Date.now() < nextWork) return
    nextWork = Date.now() + leaseMs / 2
    for (const listener of workListeners) listener()
  }
  const timer = setInterval(() => guard(look), lookEvery).unref()
  const news = (listeners: ReadonlySet<() => void>): void => {
    setImmediate(() => listeners.forEach((listener) => listener()))
  }

  // `get` would leave its statement open, and with it a snapshot that nothing can be written from.
  const one = <Row>(sql: string, ...values: unknown[]): Row | undefined =>
    database.prepare(sql).all(...values)[0] as Row | undefined
  const run = (sql: string, ...values: unknown[]): { changes: number; lastInsertRowid: number | bigint } =>
    whileBusy(() => database.prepare(sql).run(...values))
  const isPaused = (): boolean =>
    one<{ value: number }>(`select value from state where name = 'paused'`)?.value === 1

  const insert = (work: Work): void => {
    run(
      `insert or ignore into work (id, queue, interactive, run, body) values (?, ?, ?, ?, ?)`,
      work.id,
      work.queue,
      work.interactive ? 1 : 0,
      work.run,
      JSON.stringify(work.body),
    )
  }

  const leaseOf = (row: WorkRow, token: string): Lease => {
    const work: Work = {
      id: row.id,
      queue: row.queue,
      interactive: row.interactive === 1,
      run: row.run,
      body: JSON.parse(row.body) as Json,
    }
    return {
      work,
      attempt: row.attempts + 1,
      beat: () =>
        void guard(() => run(`update work set until = ? where lease = ?`, Date.now() + leaseMs, token)),
      done: async () => void run(`delete from work where lease = ?`, token),
      async fail(delay = 0) {
        run(`update work set lease = null, until = ? where lease = ?`, Date.now() + delay, token)
        nextWork = Math.min(nextWork, Date.now() + delay)
        news(workListeners)
      },
      async giveBack() {
        if (run(`delete from work where lease = ?`, token).changes > 0) insert(work)
        news(workListeners)
      },
    }
  }

  const takeFrom = database.transaction((queue: string, interactive: number): Lease | undefined => {
    const now = Date.now()
    const row = one<WorkRow>(
      `select id, queue, interactive, run, body, attempts from work
       where queue = ? and interactive = ? and until <= ? order by number limit 1`,
      queue,
      interactive,
      now,
    )
    if (row === undefined) return undefined
    const token = randomUUID()
    run(
      `update work set lease = ?, until = ?, attempts = attempts + 1 where id = ?`,
      token,
      now + leaseMs,
      row.id,
    )
    return leaseOf(row, token)
  })

  /** Everything of a table after a number, now and whenever more was written. */
  const watch = (
    table: 'log' | 'told',
    topic: string,
    after: number,
    listener: (message: Json, number: number) => void,
  ): (() => void) => {
    let last = after
    let watching = true
    const read = (): void => {
      const rows = guard(() =>
        database
          .prepare(`select number, message from ${table} where topic = ? and number > ? order by number`)
          .all(topic, last),
      ) as { number: number; message: string }[] | undefined
      // What could not be read is, at the next look.
      if (rows === undefined) seen = ''
      for (const { number, message } of rows ?? []) {
        if (!watching) return
        last = number
        const told = guard(() => JSON.parse(message) as Json)
        if (told !== undefined) listener(told, number)
      }
    }
    watchers.add(read)
    setImmediate(() => watching && read())
    return () => {
      watching = false
      watchers.delete(read)
    }
  }

  const fabric: Fabric = {
    async offer(work) {
      insert(work)
      news(workListeners)
    },
    async take(queues) {
      if (isPaused()) return undefined
      for (const interactive of [1, 0]) {
        for (const queue of queues) {
          const lease = whileBusy(() => takeFrom.immediate(queue, interactive))
          if (lease !== undefined) return lease
        }
      }
      return undefined
    },
    onWork(listener) {
      workListeners.add(listener)
      return () => workListeners.delete(listener)
    },
    has: async ({ id }) => one(`select 1 from work where id = ?`, id) !== undefined,
    async drop({ run: of, id }) {
      run(`delete from work where run = ? and (? is null or id = ?)`, of, id ?? null, id ?? null)
    },
    async pause(paused) {
      run(`insert or replace into state (name, value) values ('paused', ?)`, paused ? 1 : 0)
      if (!paused) news(workListeners)
    },
    queues: async () =>
      database
        .prepare(
          `select queue, sum(interactive) interactive, sum(1 - interactive) others from work group by queue order by queue`,
        )
        .all() as { queue: string; interactive: number; others: number }[],
    results: {
      async putIfAbsent(address, value) {
        run(
          `insert into results (address, value, time) values (?, ?, ?)
           on conflict (address) do update set time = excluded.time`,
          address,
          JSON.stringify(value),
          Date.now(),
        )
        return (await fabric.results.get(address)) as Json
      },
      async get(address) {
        const row = one<{ value: string }>(`select value from results where address = ?`, address)
        return row && (JSON.parse(row.value) as Json)
      },
    },
    artifacts: {
      put: async (bytes) => store.put(bytes, 'application/octet-stream').artifact,
      get: (hash) => store.get(hash),
    },
    tell(topic, message) {
      const now = Date.now()
      guard(() => {
        run(`insert into told (topic, message, time) values (?, ?, ?)`, topic, JSON.stringify(message), now)
        run(`delete from told where time < ?`, now - toldFor)
        news(watchers)
      })
    },
    listen(topic, listener) {
      const last = one<{ number: number | null }>(`select max(number) number from told`)?.number ?? 0
      return watch('told', topic, last, listener)
    },
    async append(topic, message) {
      const { lastInsertRowid } = run(
        `insert into log (topic, message, time) values (?, ?, ?)`,
        topic,
        JSON.stringify(message),
        Date.now(),
      )
      news(watchers)
      return Number(lastInsertRowid)
    },
    follow: (topic, after, listener) => watch('log', topic, after, listener),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      closed.abort()
      watchers.clear()
      workListeners.clear()
      database.close()
    },
  }
  return Promise.resolve(fabric)
}

/** Another process may just have written: what was read is then read anew. Waits are short, and rare. */
function whileBusy<Result>(work: () => Result): Result {
  const end = Date.now() + patience
  for (;;) {
    try {
      return work()
    } catch (error) {
      const { code } = error as { code?: unknown }
      const isBusy = typeof code === 'string' && busyCodes.has(code)
      if (!isBusy || Date.now() > end) throw error
      Atomics.wait(pause, 0, 0, 5)
    }
  }
}

const busyCodes: ReadonlySet<string> = new Set([
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_BUSY_RECOVERY',
])
const pause = new Int32Array(new SharedArrayBuffer(4))
