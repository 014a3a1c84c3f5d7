/** Room around the marks for labels, in pixels. */
export const margins = { top: 10, right: 14, bottom: 42, left: 54 }

/** Places the marks of a chart are drawn at, in pixels. */
export interface Plot {
  width: number
  height: number
  /** Left edge and width of the place of an x value. */
  band: (index: number) => { left: number; width: number }
  y: (value: number) => number
}

export interface Hovered {
  x: number
  series: number
}

const colors = 6

/** Colours of series, told apart by hue and lightness; the seventh is as the first. */
export function markColor(series: number): string {
  return `var(--series-${series % colors})`
}

export function shorten(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, Math.max(1, Math.floor(letters) - 1))}…` : text
}

/** About how wide the longest label is, in pixels, some air included; long ones are shortened. */
export function labelWidth(labels: readonly string[]): number {
  return Math.min(90, 14 + 6.5 * labels.reduce((longest, { length }) => Math.max(longest, length), 0))
}
