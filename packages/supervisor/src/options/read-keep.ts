import { WoolgatherError } from '@woolgather/workflow'

/** How much of the history is kept. */
export interface Keep {
  /** Milliseconds since a run ended. */
  age?: number
  /** Of history and outputs together. */
  bytes?: number
}

const hour = 3_600_000
const ages: Record<string, number> = { h: hour, d: 24 * hour, w: 168 * hour, y: 8_766 * hour }
const sizes: Record<string, number> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** `30d`, `12h`, `4w`, `1y`; `10GiB`, `500MB`. @throws WoolgatherError invalid-input */
export function readKeep(text: string, flag: string): Keep {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([hdwy]|[kmgt](?:i?b)?)\s*$/i.exec(text) ?? []
  const value = Number(number)
  const letter = unit.charAt(0).toLowerCase()
  const [age, bytes] = [ages[letter], sizes[letter]]
  if (number !== '' && value > 0) {
    if (age !== undefined) return { age: value * age }
    if (bytes !== undefined) return { bytes: Math.floor(value * bytes) }
  }
  throw new WoolgatherError(
    'invalid-input',
    `${flag} must be a time such as 30d or a size such as 10GiB, not “${text}”.`,
  )
}
