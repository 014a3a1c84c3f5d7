import { WoolgatherError } from './issues.ts'

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])

/** Whether something could not be written for want of room. */
export function isDiskFull(thrown: unknown): boolean {
  return codes.has((thrown as { code?: unknown } | undefined)?.code)
}

/** @param folder what is on the disk */
export function diskFull(folder: string, options: { cause?: unknown } = {}): WoolgatherError {
  return new WoolgatherError('disk-full', `The disk of “${folder}” is full.`, {
    ...options,
    hint: 'Make room there, then try again.',
  })
}
