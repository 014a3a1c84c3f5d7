import { ofThisTab, tryToKeep } from '../../store/page-storage.ts'
import { answerTo, callRoll } from './roll-call.ts'

const idKey = 'woolgather.tab'
/** Absent on a page that came over plain HTTP from afar: there tabs tell each other who they are. */
const locks: LockManager | undefined = globalThis.navigator?.locks

const lockName = (id: string): string => `woolgather.tab.${id}`

/**
 * The name of this browser tab: kept over reloads, never shared with another living tab (a duplicated tab copies the
 * session storage, and finds its name taken). Each tab saves under its own name, so none overwrites another.
 */
export async function claimTab(): Promise<string> {
  const before = ofThisTab.getItem(idKey)
  const id = before !== null && (await claim(before)) ? before : makeTabId()
  if (id !== before) await claim(id)
  tryToKeep(ofThisTab, idKey, id)
  return id
}

/** Names of the tabs that are open now. */
export async function livingTabs(): Promise<ReadonlySet<string>> {
  if (!locks) return callRoll()
  const { held = [] } = await locks.query().catch((): LockManagerSnapshot => ({}))
  return new Set(
    held.flatMap(({ name }) => (name?.startsWith(lockName('')) ? name.slice(lockName('').length) : [])),
  )
}

function makeTabId(): string {
  return Date.now().toString(36) + Math.random().toString(36).slice(2, 8)
}

/** Takes a name until the tab closes. False where another tab has it. */
async function claim(id: string): Promise<boolean> {
  if (locks) return holdLock(locks, id)
  if ((await callRoll()).has(id)) return false
  answerTo(id)
  return true
}

/** Where the browser forbids locks every name is free. */
function holdLock(locks: LockManager, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    locks
      .request(lockName(id), { ifAvailable: true }, (lock) => {
        resolve(lock !== null)
        return lock === null ? undefined : new Promise<never>(() => {})
      })
      .catch(() => resolve(true))
  })
}
