import type { RunsQuery, RunSummary, RunVersions, WebhookDelivery } from '@woolgather/protocol'
import {
  isArtifactRef,
  isStream,
  type ArtifactRef,
  type CellChoice,
  type RunEvent,
  type RunStatus,
  type Workflow,
} from '@woolgather/workflow'
import type Database from 'libsql'
import { storageProblem } from '../errors/storage-problem.ts'
import { closeDatabase, openDatabase, transaction } from './open-database.ts'

export interface StoredRun {
  run: string
  workflow: Workflow
  targets?: string[] | undefined
  fresh?: CellChoice[] | undefined
  /** Default 0; those with a higher one are begun before. */
  priority?: number | undefined
  /** What it was last run with. */
  versions?: RunVersions | undefined
  webhook?: WebhookDelivery | undefined
}

/** A stretch of one run's events as JSON texts, ready to be sent. */
export interface EventPage {
  /** Each text is one event; numbered without gaps. */
  texts: string[]
  from: number
  to: number
  /** Whether it ends in the middle of work going on, of which more is about to come. */
  streams: boolean
}

/** How much one page holds: enough to catch up fast, little enough to hold for hundreds of slow clients. */
export const pageLimits = { events: 500, bytes: 262_144 } as const

/** Runs and their events, kept in one SQLite file. @throws WoolgatherError disk-full, data-damaged, write-failed */
export interface RunStore {
  /** With the event that tells that it waits. */
  add(run: StoredRun, first: RunEvent): void
  /** All of them or none. How the run stands follows. */
  append(run: string, events: readonly RunEvent[]): void
  /** Number of the last event; undefined where there is no such run. */
  lastSeq(run: string): number | undefined
  /** The events after number `after`, as many as fit a page; undefined where there are none. */
  page(run: string, after: number): EventPage | undefined
  /** How the run stands; undefined where there is no such run. */
  status(run: string): RunStatus | 'queued' | 'running' | undefined
  find(run: string): StoredRun | undefined
  summary(run: string): RunSummary | undefined
  /** Newest first. */
  list(query: RunsQuery): RunSummary[]
  /** Everything told of a run but streamed text and progress, as a worker that takes it up needs it. */
  history(run: string): RunEvent[]
  /** Remembers the order in which runs wait. */
  setOrder(waiting: readonly string[]): void
  paused(): boolean
  setPaused(paused: boolean): void
  setVersions(run: string, versions: RunVersions): void
  setWebhook(run: string, webhook: WebhookDelivery): void
  /** Runs that have ended, whose webhook does not know it yet. */
  untold(): string[]
  /** It left the queue. */
  setRunning(run: string): void
  /**
   * Forgets a run that has ended, with all that was told of it; artifacts that no other run has are orphans from then on.
   * False where there is no such run or it goes on.
   */
  remove(run: string): boolean
  /** Artifacts of runs that are gone, which may be removed unless some run has them again. */
  orphans(): string[]
  /** It is removed, or some run has it again. */
  settleOrphan(artifact: string): void
  /** Runs that ended before, in milliseconds since the epoch, those begun first before others. */
  ended(before: number, most: number): string[]
  /** Those of them that some run has. */
  used(artifacts: readonly string[]): Set<string>
  /** When the first of the runs that go on was begun, in milliseconds since the epoch. */
  firstStart(): number | undefined
  /** Bytes of the file that hold something. */
  bytes(): number
  /** Writes something, to see whether that can be done. */
  touch(): void
  /** Runs that had not ended when the file was last closed, oldest first. */
  unfinished(): (StoredRun & { status: 'queued' | 'running' })[]
  close(): void
}

/**
 * Opens the history, and makes it where it is missing.
 * @param file absolute path
 */
export function openRunStore(file: string): RunStore {
  const explain = (thrown: unknown): unknown => storageProblem(thrown, file) ?? thrown
  const database = openDatabase(file)
  try {
    return explained(createStore(database), explain)
  } catch (thrown) {
    database.close()
    throw explain(thrown)
  }
}

/** The same, failing as people and programs are told of it. */
function explained(store: RunStore, explain: (thrown: unknown) => unknown): RunStore {
  const methods = Object.entries(store) as [string, (...given: unknown[]) => unknown][]
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...given: unknown[]) => {
        try {
          return method(...given)
        } catch (thrown) {
          throw explain(thrown)
        }
      },
    ]),
  ) as unknown as RunStore
}

function createStore(database: Database.Database): RunStore {
  const insertRun = database.prepare(
    'insert into runs (run, name, status, created, workflow, targets, fresh, priority, webhook) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const insertEvent = database.prepare('insert into events (run, seq, event, stream) values (?, ?, ?, ?)')
  const updateStatus = database.prepare('update runs set status = ?, finished = ? where run = ?')
  const updateStarted = database.prepare('update runs set started = ? where run = ?')
  const updateVersions = database.prepare('update runs set versions = ? where run = ?')
  const updateWebhook = database.prepare('update runs set webhook = ? where run = ?')
  const renewWebhook = database.prepare(
    "update runs set webhook = json_remove(json_set(webhook, '$.state', 'pending', '$.attempts', 0), '$.error') where run = ? and webhook is not null",
  )
  const selectUntold = database.prepare(
    `select run from runs where webhook is not null and json_extract(webhook, '$.state') = 'pending'
       and status not in ('queued', 'running') order by number`,
  )
  const updateLast = database.prepare('update runs set last_seq = ? where run = ?')
  const selectLast = database.prepare('select last_seq from runs where run = ?')
  const selectEvents = database.prepare(
    'select event, stream from events where run = ? and seq > ? order by seq limit ?',
  )
  const selectStatus = database.prepare('select status from runs where run = ?')
  const selectRun = database.prepare(`select ${storedColumns} from runs where run = ?`)
  const selectSummary = database.prepare(`select ${summaryColumns} from runs where run = ?`)
  const selectSummaries = database.prepare(
    `select ${summaryColumns} from runs
       where (@status is null or status = @status) and (@before is null or number < @before)
         and (@name is null or instr(lower(name), lower(@name)) > 0)
       order by number desc limit @limit`,
  )
  const selectHistory = database.prepare(
    'select event from events where run = ? and stream is not 1 order by seq',
  )
  const selectUnfinished = database.prepare(
    `select ${storedColumns}, status from runs where status in ('queued', 'running') order by coalesce(place, 1000000000), number`,
  )

  const insertArtifact = database.prepare('insert or ignore into artifacts (artifact, run) values (?, ?)')
  const selectArtifacts = database.prepare('select artifact from artifacts where run = ?')
  const insertOrphan = database.prepare('insert or ignore into orphans (artifact) values (?)')
  const selectOrphans = database.prepare('select artifact from orphans')
  const deleteOrphan = database.prepare('delete from orphans where artifact = ?')
  const selectUser = database.prepare('select run from artifacts where artifact = ? limit 1')
  const deletions: Record<string, Database.Statement> = Object.fromEntries(
    ['artifacts', 'events', 'runs'].map((table) => [
      table,
      database.prepare(`delete from ${table} where run = ?`),
    ]),
  )
  const selectEnded = database.prepare(
    "select run from runs where status not in ('queued', 'running') and coalesce(finished, created) < ? order by number limit ?",
  )
  const selectFirstStart = database.prepare(
    "select min(started) as started from runs where status = 'running'",
  )

  const updatePlace = database.prepare('update runs set place = ? where run = ?')
  const selectSetting = database.prepare('select value from settings where name = ?')
  const saveSetting = database.prepare('insert or replace into settings (name, value) values (?, ?)')
  const placeAll = transaction(database, (waiting: readonly string[]) => {
    waiting.forEach((run, place) => updatePlace.run(place, run))
  })

  const appendAll = (run: string, events: readonly RunEvent[]): void => {
    for (const event of events) {
      insertEvent.run(run, event.seq, JSON.stringify(event), isStream(event) ? 1 : 0)
      if (event.type === 'run.queued') {
        updateStatus.run('queued', null, run)
        // taken up again, it ends again
        renewWebhook.run(run)
      }
      if (event.type === 'run.finished') updateStatus.run(event.status, event.time, run)
    }
    for (const { artifact } of events.flatMap(artifactsIn)) insertArtifact.run(artifact, run)
    updateLast.run(events.at(-1)?.seq, run)
  }

  const removeAll = (run: string): void => {
    const artifacts = (selectArtifacts.all(run) as { artifact: string }[]).map(({ artifact }) => artifact)
    for (const table of ['artifacts', 'events', 'runs']) deletions[table]?.run(run)
    const still = usedOf(artifacts)
    for (const artifact of artifacts) if (!still.has(artifact)) insertOrphan.run(artifact)
  }
  const removeWhole = transaction(database, removeAll)
  const usedOf = (artifacts: readonly string[]): Set<string> =>
    new Set(artifacts.filter((artifact) => selectUser.get(artifact) !== undefined))

  const addAll = ({ run, workflow, targets, fresh, priority, webhook }: StoredRun, first: RunEvent): void => {
    insertRun.run(
      run,
      workflow.name,
      'queued',
      Date.now(),
      JSON.stringify(workflow),
      targets ? JSON.stringify(targets) : null,
      fresh ? JSON.stringify(fresh) : null,
      priority ?? 0,
      webhook ? JSON.stringify(webhook) : null,
    )
    appendAll(run, [first])
  }
  const addWhole = transaction(database, addAll)
  const appendWhole = transaction(database, appendAll)

  return {
    add: addWhole,
    append(run, events) {
      if (events.length > 0) appendWhole(run, events)
    },
    lastSeq: (run) => (selectLast.get(run) as { last_seq: number } | undefined)?.last_seq,
    page(run, after) {
      const rows = takePage(selectEvents.all(run, after, pageLimits.events) as EventRow[])
      const last = rows.at(-1)
      if (last === undefined) return undefined
      const texts = rows.map(({ event }) => event)
      return { texts, from: after + 1, to: after + texts.length, streams: streams(last) }
    },
    status: (run) => (selectStatus.get(run) as { status: RunStatus } | undefined)?.status,
    find(run) {
      const row = selectRun.get(run) as RunRow | undefined
      return row === undefined ? undefined : readRow(row)
    },
    history: (run) =>
      (selectHistory.all(run) as Pick<EventRow, 'event'>[])
        .map(({ event }) => JSON.parse(event) as RunEvent)
        .filter((event) => !isStream(event)),
    summary(run) {
      const row = selectSummary.get(run) as SummaryRow | undefined
      return row === undefined ? undefined : readSummary(row)
    },
    list: ({ status, name, limit, before }) =>
      (
        selectSummaries.all({
          status: status ?? null,
          name: name ?? null,
          before: before ?? null,
          limit,
        }) as SummaryRow[]
      ).map(readSummary),
    setOrder: (waiting) => placeAll(waiting),
    paused: () => (selectSetting.get('paused') as { value: string } | undefined)?.value === 'true',
    setPaused: (paused) => void saveSetting.run('paused', String(paused)),
    setVersions: (run, versions) => void updateVersions.run(JSON.stringify(versions), run),
    setWebhook: (run, webhook) => void updateWebhook.run(JSON.stringify(webhook), run),
    untold: () => (selectUntold.all() as { run: string }[]).map(({ run }) => run),
    setRunning: transaction(database, (run: string) => {
      updateStatus.run('running', null, run)
      updateStarted.run(Date.now(), run)
    }),
    remove(run) {
      const { status } = (selectStatus.get(run) ?? {}) as { status?: string }
      if (status === undefined || status === 'queued' || status === 'running') return false
      removeWhole(run)
      return true
    },
    orphans: () => (selectOrphans.all() as { artifact: string }[]).map(({ artifact }) => artifact),
    settleOrphan: (artifact) => void deleteOrphan.run(artifact),
    ended: (before, most) => (selectEnded.all(before, most) as { run: string }[]).map(({ run }) => run),
    used: usedOf,
    firstStart: () => (selectFirstStart.get() as { started: number | null }).started ?? undefined,
    bytes() {
      const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
        Number(Object.values((database.pragma(name) as object[])[0] ?? {})[0]),
      ) as [number, number, number]
      return (pages - free) * size
    },
    touch: () => void saveSetting.run('touched', String(Date.now())),
    unfinished: () =>
      (selectUnfinished.all() as (RunRow & { status: 'queued' | 'running' })[]).map((row) => ({
        ...readRow(row),
        status: row.status,
      })),
    close: () => closeDatabase(database),
  }
}

/** What it tells of that is kept apart from it. */
function artifactsIn(event: RunEvent): ArtifactRef[] {
  return 'outputs' in event ? Object.values(event.outputs).filter(isArtifactRef) : []
}

const storedColumns = 'run, workflow, targets, fresh, priority, versions, webhook'
const summaryColumns = 'run, number, name, status, created, started, finished, webhook'

type SummaryRow = Omit<RunSummary, 'started' | 'finished' | 'webhook'> & {
  started: number | null
  finished: number | null
  webhook: string | null
}

function readSummary(row: SummaryRow): RunSummary {
  const { run, number, name, status, created, started, finished, webhook } = row
  return {
    // The binding adds something of its own.
    ...{ run, number, name, status, created },
    ...(started !== null && { started }),
    ...(finished !== null && { finished }),
    ...(webhook !== null && { webhook: JSON.parse(webhook) as WebhookDelivery }),
  }
}

interface RunRow {
  run: string
  workflow: string
  targets: string | null
  fresh: string | null
  priority: number
  versions: string | null
  webhook: string | null
}

function readRow({ run, workflow, targets, fresh, priority, versions, webhook }: RunRow): StoredRun {
  return {
    run,
    workflow: JSON.parse(workflow) as Workflow,
    ...(targets !== null && { targets: JSON.parse(targets) as string[] }),
    ...(fresh !== null && { fresh: JSON.parse(fresh) as CellChoice[] }),
    priority,
    ...(versions !== null && { versions: JSON.parse(versions) as RunVersions }),
    ...(webhook !== null && { webhook: JSON.parse(webhook) as WebhookDelivery }),
  }
}

interface EventRow {
  /** As JSON. */
  event: string
  /** Whether it is `isStream`; null where that was not noted yet. */
  stream: 0 | 1 | null
}

function streams({ event, stream }: EventRow): boolean {
  return stream === null ? isStream(JSON.parse(event) as RunEvent) : stream === 1
}

/** At least one event, then as many as stay within the bytes of a page. */
function takePage(rows: EventRow[]): EventRow[] {
  let bytes = 0
  const end = rows.findIndex(({ event }, index) => (bytes += event.length) > pageLimits.bytes && index > 0)
  return end === -1 ? rows : rows.slice(0, end)
}
