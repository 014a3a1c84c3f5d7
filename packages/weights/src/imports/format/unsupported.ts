import { WoolgatherError } from '@woolgather/workflow'

/** What cannot be taken over exactly, and so is not at all. */
export function unsupported(name: string, what: string, hint: string): WoolgatherError {
  return new WoolgatherError('model-unsupported', `“${name}” is ${what}: that is not imported.`, { hint })
}
