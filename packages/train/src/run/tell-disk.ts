import { WoolgatherError } from '@woolgather/workflow'

/** A full disk as what it is; another error as it is. */
export function tellDisk(error: unknown, folder: string): unknown {
  if ((error as { code?: unknown } | null)?.code !== 'ENOSPC') return error
  return new WoolgatherError('disk-full', `There is no room in ${folder} for what was learnt.`, {
    hint: 'Make room and run it again: it goes on where it was kept last.',
    cause: error,
  })
}
