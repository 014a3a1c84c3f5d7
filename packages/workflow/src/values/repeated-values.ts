import type { Json } from '../json/json.ts'
import { show } from '../types/literal-problem.ts'
import type { Warning } from '../issues/warnings.ts'

/** Shown of the values that occur more than once. */
const mostShown = 3

/** Says which values occur more than once: each of them is computed, or looked up, as often. */
export function repeatedValues(values: readonly Json[]): Warning[] {
  const counts = new Map<string, { value: Json; times: number }>()
  for (const value of values) {
    const key = JSON.stringify(value)
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { value, times: 1 })
    else known.times++
  }
  const repeated = [...counts.values()].filter(({ times }) => times > 1)
  if (repeated.length === 0) return []
  const shown = repeated.slice(0, mostShown).map(({ value, times }) => `${show(value)} ${times} times`)
  if (repeated.length > mostShown) shown.push(`${repeated.length - mostShown} more`)
  return [
    {
      code: 'repeated-values',
      message: `Values occur more than once: ${shown.join(', ')}.`,
      hint: 'Leave out those that are not meant; a range with fewer values, or with decimals, has each once.',
      numbers: { values: values.length, different: counts.size },
    },
  ]
}
