/** What a browser keeps for a page, in memory alone: it goes with the page. */
class MemoryStorage implements Storage {
  readonly #kept = new Map<string, string>()
  get length(): number {
    return this.#kept.size
  }
  key(at: number): string | null {
    return [...this.#kept.keys()][at] ?? null
  }
  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.#kept.set(key, value)
  }
  removeItem(key: string): void {
    this.#kept.delete(key)
  }
  clear(): void {
    this.#kept.clear()
  }
}

/** What the browser keeps, as far as it does: settings may forbid it, and then even asking for it fails. */
function openStorage(kind: 'localStorage' | 'sessionStorage'): { storage: Storage; kept: boolean } {
  try {
    const storage = globalThis[kind]
    storage.getItem('')
    return { storage, kept: true }
  } catch {
    return { storage: new MemoryStorage(), kept: false }
  }
}

const local = openStorage('localStorage')

/** What stays for the next time. */
export const lasting = local.storage

/** Whether anything does. */
export const isKept = local.kept

/** What belongs to this browser tab, over reloads. */
export const ofThisTab = openStorage('sessionStorage').storage

/** Keeps a value unless there is no room for it: for what one can do without. */
export function tryToKeep(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value)
  } catch {
    // Full. It holds until the page is gone.
  }
}
