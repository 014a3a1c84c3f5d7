import { mkdirSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import Database from 'libsql'

const schema = `
  create table if not exists work (
    number integer primary key autoincrement, id text not null unique, queue text not null,
    interactive integer not null, run text not null, body text not null,
    lease text, until integer not null default 0, attempts integer not null default 0
  );
  create index if not exists work_by_queue on work (queue, interactive, number);
  create index if not exists work_by_run on work (run);
  create table if not exists results (address text primary key, value text not null) without rowid;
  create table if not exists log (number integer primary key autoincrement, topic text not null, message text not null);
  create index if not exists log_by_topic on log (topic, number);
  create table if not exists told (
    number integer primary key autoincrement, topic text not null, message text not null, time integer not null
  );
  create table if not exists state (name text primary key, value integer not null) without rowid;
`

/** How long a process waits for another that writes, in milliseconds. */
export const patience = 30_000

/** Milliseconds that finished work can be followed, and that results are kept after they came. */
const logAge = 24 * 3_600_000
const resultAge = 30 * 24 * 3_600_000

/** Artifacts are put before the results that name them. */
const artifactAge = resultAge + 24 * 3_600_000

/** Rows of a table that are removed at once: meanwhile nobody else can write. */
const mostRemoved = 2_000

/** Milliseconds between two times that what is too old is removed, by whichever process is first. */
export const pruneEvery = 3_600_000

/** The SQLite file of a fabric, with all its tables. */
export function openDatabase(folder: string): Database.Database {
  mkdirSync(folder, { recursive: true })
  const database = new Database(path.join(folder, 'fabric.sqlite'))
  database.pragma(`busy_timeout = ${patience}`)
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = normal')
  database.exec(schema)
  addTimes(database)
  return database
}

/** Earlier versions did not note when something came: it counts as of now. */
function addTimes(database: Database.Database): void {
  const add = database.transaction(() => {
    for (const table of ['log', 'results']) {
      const columns = database.prepare(`select name from pragma_table_info('${table}')`).all()
      if (!columns.some((column) => (column as { name: string }).name === 'time'))
        database.exec(`alter table ${table} add column time integer not null default ${Date.now()}`)
      database.exec(`create index if not exists ${table}_by_time on ${table} (time)`)
    }
  })
  add.immediate()
}

/**
 * Removes some of what is too old from the tables.
 * @returns whether there is more of it; undefined where another process did it not long ago
 */
export function pruneTables(database: Database.Database): { isMore: boolean } | undefined {
  const now = Date.now()
  const remove = (table: string, key: string, before: number): boolean => {
    const old = `select ${key} from ${table} where time < ? limit ${mostRemoved}`
    return (
      database.prepare(`delete from ${table} where ${key} in (${old})`).run(before).changes === mostRemoved
    )
  }
  const prune = database.transaction((): { isMore: boolean } | undefined => {
    const [last] = database.prepare(`select value from state where name = 'pruned'`).all() as {
      value: number
    }[]
    if (last !== undefined && last.value > now - pruneEvery) return undefined
    const more = [remove('log', 'number', now - logAge), remove('results', 'address', now - resultAge)]
    const isMore = more.includes(true)
    if (!isMore) database.prepare(`insert or replace into state (name, value) values ('pruned', ?)`).run(now)
    return { isMore }
  })
  return prune.immediate()
}

/** Removes artifacts that nobody put for longer than results are kept, one folder after another, until the signal aborts. */
export async function pruneArtifacts(folder: string, signal: AbortSignal): Promise<void> {
  const oldest = Date.now() - artifactAge
  for (const part of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(path.join(folder, part)).catch(() => [])) {
      if (signal.aborted) return
      const file = path.join(folder, part, name)
      const found = await stat(file).catch(() => undefined)
      if (found?.isFile() && found.mtimeMs < oldest) await rm(file, { force: true }).catch(() => undefined)
    }
  }
}
