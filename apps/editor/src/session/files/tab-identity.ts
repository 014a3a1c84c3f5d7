const idKey = 'woolgather.tab'
/** Absent on a page that came over plain HTTP from afar. */
const locks: LockManager | undefined = globalThis.navigator?.locks

const lockName = (id: string): string => `woolgather.tab.${id}`

/**
 * The name of this browser tab: kept over reloads, never shared with another living tab (a duplicated tab copies the
 * session storage, and finds its name locked). Each tab saves under its own name, so none overwrites another.
 */
export async function claimTab(): Promise<string> {
  const before = sessionStorage.getItem(idKey)
  const id = before !== null && (await holdLock(before)) ? before : makeTabId()
  if (id !== before) await holdLock(id)
  sessionStorage.setItem(idKey, id)
  return id
}

/** Names of the tabs that are open now. */
export async function livingTabs(): Promise<ReadonlySet<string>> {
  if (!locks) return new Set()
  const { held = [] } = await locks.query()
  return new Set(
    held.flatMap(({ name }) => (name?.startsWith(lockName('')) ? name.slice(lockName('').length) : [])),
  )
}

function makeTabId(): string {
  return Date.now().toString(36) + Math.random().toString(36).slice(2, 8)
}

/** Holds the lock until the tab closes. Where there are no locks every name is free. */
function holdLock(id: string): Promise<boolean> {
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    void locks.request(lockName(id), { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise<never>(() => {})
    })
  })
}
