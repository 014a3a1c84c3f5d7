import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { WoolgatherError } from '@woolgather/workflow'
import Database from 'libsql'
import { cannotOpen, storageProblem } from '../errors/storage-problem.ts'
import { describeHolder } from '../machine/find-holder.ts'

/** Each entry brings the file from its index to the next version. Entries are never edited once released. */
const migrations = [
  `create table runs (
     number integer primary key autoincrement, run text not null unique, name text not null,
     status text not null, created integer not null, workflow text not null, targets text,
     last_seq integer not null default -1
   );
   create table events (
     run text not null references runs (run), seq integer not null, event text not null,
     primary key (run, seq)
   ) without rowid;`,
  `alter table runs add column finished integer;
   create index runs_by_status on runs (status, number);`,
  `alter table runs add column place integer;
   create table settings (name text primary key, value text not null);`,
  `alter table runs add column started integer;
   alter table runs add column fresh text;`,
  `alter table runs add column priority integer not null default 0;
   alter table runs add column versions text;`,
  // null: written before there was the column
  `alter table events add column stream integer;`,
  // which runs an artifact is an output of: it goes with the last
  `create table artifacts (artifact text not null, run text not null, primary key (artifact, run)) without rowid;
   create index artifacts_by_run on artifacts (run);
   insert or ignore into artifacts
     select json_extract(output.value, '$.artifact'), events.run from events, json_each(events.event, '$.outputs') output
     where events.event like '%"artifact":"%' and output.type = 'object'
       and json_extract(output.value, '$.artifact') is not null;`,
  `alter table runs add column webhook text;
   create index runs_with_webhook on runs (number) where webhook is not null;`,
  // artifacts whose last run is gone, and that are not removed yet
  `create table orphans (artifact text not null primary key) without rowid;`,
]

/**
 * Opens the file of the history for this process alone, made or brought up to date where it has to be.
 * @throws WoolgatherError naming the file, what is wrong with it and what to do
 */
export function openDatabase(file: string): Database.Database {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    const database = openAlone(file)
    try {
      migrate(database)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw storageProblem(error, file) ?? error
  }
}

/** Two servers on one history would each take the other's runs for lost. */
function openAlone(file: string): Database.Database {
  const database = open(file)
  try {
    database.pragma('locking_mode = exclusive')
    // Readers never wait for writers; at most the last moments are lost when the machine loses power.
    database.pragma('journal_mode = wal')
    database.pragma('synchronous = normal')
    // Only who has the lock writes it, so it names who has.
    writeFileSync(pidFile(file), `${process.pid}\n`)
    return database
  } catch (cause) {
    database.close()
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw cause
    const folder = path.dirname(file)
    const holder = describeHolder(readPid(pidFile(file)))
    throw new Error(
      `Another server${holder} uses ${folder}: stop it, or choose another folder with --data.`,
      { cause },
    )
  }
}

function open(file: string): Database.Database {
  try {
    return new Database(file)
  } catch (cause) {
    throw cannotOpen(file, cause)
  }
}

function migrate(database: Database.Database): void {
  const { user_version: version } = database.prepare('pragma user_version').get() as { user_version: number }
  if (version > migrations.length) {
    throw new WoolgatherError(
      'unsupported-version',
      `The history was written by a newer Woolgather (version ${version}); update, or move it away.`,
    )
  }
  for (let next = version; next < migrations.length; next++) {
    database.exec(`begin; ${migrations[next]} pragma user_version = ${next + 1}; commit;`)
  }
}

/**
 * All of it or nothing. The binding's own transactions hide why one failed: where the disk is full SQLite has rolled
 * back by itself, and rolling back again is an error that takes the place of the first.
 */
export function transaction<Values extends unknown[], Result>(
  database: Database.Database,
  write: (...values: Values) => Result,
): (...values: Values) => Result {
  return (...values) => {
    database.exec('begin')
    try {
      const result = write(...values)
      database.exec('commit')
      return result
    } catch (error) {
      if (database.inTransaction) database.exec('rollback')
      throw error
    }
  }
}

/**
 * Writes everything back and lets go of the lock: the binding keeps the file open until it is collected. Where there is
 * no room to write back, what is to be is in the journal beside it, and the next start takes it from there.
 */
export function closeDatabase(database: Database.Database): void {
  for (const mode of ['journal_mode = delete', 'locking_mode = normal']) {
    try {
      database.pragma(mode)
      database.prepare('select 1 from runs limit 1').all()
    } catch {
      // It is closed nevertheless.
    }
  }
  database.close()
}

/** Beside the history, for whoever finds it locked. */
function pidFile(file: string): string {
  return path.join(path.dirname(file), 'server.pid')
}

function readPid(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}
