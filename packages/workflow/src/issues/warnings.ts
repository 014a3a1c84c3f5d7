/** Every code of a warning, in one list. kebab-case. */
export const warningCodes = [
  // lists of values
  'repeated-values',
  'range-as-text',
  'unusable-values',
  // prompts: weights
  'unread-weight',
  'no-weight',
  'limited-weight',
  'unexpected-emphasis',
  'many-emphases',
  // prompts: brackets
  'bracket-not-closed',
  'bracket-not-opened',
  'braces-are-text',
  // prompts: schedules
  'unread-schedule',
  'schedules-are-text',
  'switch-too-late',
  'switch-too-early',
  'unexpected-schedule',
  // prompts: AND
  'unexpected-and',
  'empty-and',
  'no-neutral',
  // prompts: what they cost
  'many-sequences',
  'prompt-is-text',
  // grammars and schemas
  'ignored-in-constraint',
  // batches
  'same-file',
  // LoRAs
  'base-changed',
] as const

export type WarningCode = (typeof warningCodes)[number]

/** What can run as it is and was probably not meant so. It never keeps anything from running. */
export interface Warning {
  code: WarningCode
  message: string
  /** What to write instead. */
  hint?: string
  /** Where the node is defined, as in an issue. */
  node?: string
  input?: string
  /** The part of the text of the input that it is about, in UTF-16 units: `from` is in it, `to` is not. */
  from?: number
  to?: number
  /** The numbers that the message tells, by name. */
  numbers?: Record<string, number>
}

/** What a node gave at an output that warns: sentences, and warnings that have a code. */
export function readWarnings(value: unknown): (Pick<Warning, 'message'> & Partial<Warning>)[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    if (typeof item === 'string') return [{ message: item }]
    return isWarning(item) ? [item] : []
  })
}

function isWarning(item: unknown): item is Warning {
  if (typeof item !== 'object' || item === null) return false
  const { code, message, hint } = item as Partial<Record<string, unknown>>
  const isKnown = warningCodes.some((known) => known === code)
  return isKnown && typeof message === 'string' && (hint === undefined || typeof hint === 'string')
}
