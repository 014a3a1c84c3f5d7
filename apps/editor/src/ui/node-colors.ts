/** Colours one can give to nodes, frames and notes, by the names documents hold: hues in degrees, the rest by theme. */
const hues: Record<string, number> = {
  red: 25,
  orange: 55,
  yellow: 95,
  green: 145,
  teal: 190,
  blue: 255,
  purple: 300,
  pink: 345,
}

export const colorNames: readonly string[] = Object.keys(hues)

/** The hue of a named colour; undefined for names this version does not know. */
export function hueOf(color: string | undefined): number | undefined {
  return color === undefined ? undefined : hues[color]
}

export function swatchColor(color: string): string {
  return `oklch(var(--family-l) 0.12 ${hues[color] ?? 0})`
}
