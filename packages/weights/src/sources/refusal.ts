import { WoolgatherError } from '@woolgather/workflow'

export function impossible(message: string, hint?: string): WoolgatherError {
  return new WoolgatherError('merge-impossible', message, hint === undefined ? {} : { hint })
}

/** The first few of a list of complaints. */
export function tell(wrong: readonly string[]): string {
  const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : ''
  return `${wrong.slice(0, 3).join('; ')}${more}`
}
