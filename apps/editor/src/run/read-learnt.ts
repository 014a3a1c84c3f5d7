import { isLearntText, type LearntText } from '@woolgather/workflow'

/** What is to be learnt, given as JSON; undefined where it is anything else. */
export function readLearnt(json: string): LearntText | undefined {
  // Most results are long texts: only what can be such a value is parsed.
  if (!json.startsWith('{') || !json.includes('"learnt-text"')) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return isLearntText(value) ? value : undefined
  } catch {
    return undefined
  }
}
