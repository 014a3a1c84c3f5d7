import type { Notes } from './made-files.ts'

/** What was made elsewhere under a name. */
export interface MadeElsewhere {
  bytes: number
  notes: Notes
}

/** What machines make for each other: files by names that say what is in them. */
export interface Sharing {
  /**
   * What another machine has made under this name; while one makes it, it is waited for. Undefined: it is to be made
   * here, and others wait until it is kept or given up.
   * @param about bytes that it may have
   */
  claim(name: string, about: number, signal: AbortSignal): Promise<MadeElsewhere | undefined>
  /** The same without waiting, of what cannot be made here. */
  find(name: string): Promise<MadeElsewhere | undefined>
  /** Writes what was found to `target`. @returns false where it is not there any more */
  fetch(name: string, target: string): Promise<boolean>
  /** Lets others have what was made here. What it takes, or that it fails, is no matter of whoever made it. */
  keep(name: string, file: string, notes: Notes): Promise<void>
  giveUp(name: string): void
}
