import type { RunError } from '@woolgather/workflow'

/** On which worker of another machine it went wrong; nothing where it was none. */
export function OnWorker({ of }: { of: Pick<RunError, 'message' | 'worker'> }) {
  return of.worker === undefined ? null : <span className="hint"> On worker “{of.worker}”.</span>
}
