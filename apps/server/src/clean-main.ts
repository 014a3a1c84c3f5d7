import { existsSync } from 'node:fs'
import path from 'node:path'
import { readKeep } from '@woolgather/supervisor'
import type { RunError } from '@woolgather/workflow'
import { cleanHistory } from './runs/clean-history.ts'
import { openRunStore } from './runs/run-store.ts'

/*
 * Cleans a history that no server holds: `woolgather clean` starts it with the data folder and what is kept. Prints how many
 * runs it forgot, or why it could not, as JSON.
 */
type Outcome = { runs: number } | { error: Pick<RunError, 'code' | 'message' | 'hint'> }

async function cleanFolder(data: string, keep: string): Promise<number> {
  const file = path.join(data, 'woolgather.sqlite')
  // There is nothing to forget, and nothing is left behind.
  if (!existsSync(file)) return 0
  const store = openRunStore(file)
  try {
    const failures: unknown[] = []
    const cleaner = cleanHistory({
      runs: store,
      store,
      artifactsFolder: path.join(data, 'artifacts'),
      onFailure: (thrown) => failures.push(thrown),
    })
    const runs = await cleaner.clean(readKeep(keep, '--keep'))
    cleaner.stop()
    if (failures.length > 0) throw failures[0]
    return runs
  } finally {
    store.close()
  }
}

function toOutcome(thrown: unknown): Outcome {
  const { code, message, hint } = thrown as Partial<RunError> & Error
  return { error: { code: code ?? 'write-failed', message, ...(hint !== undefined && { hint }) } }
}

const [data = '', keep = ''] = process.argv.slice(2)
const outcome: Outcome = await cleanFolder(data, keep).then((runs) => ({ runs }), toOutcome)
console.log(JSON.stringify(outcome))
process.exit(0)
