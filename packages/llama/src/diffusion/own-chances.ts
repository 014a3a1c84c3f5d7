import { chancesOf } from './guess-token.ts'
import type { CanvasReader } from './canvas-reader.ts'

/** Of neighbours this many are asked for in turns: each is guessed with most of the others in sight. */
const parts = 4

/**
 * How likely tokens of a canvas are, each with itself and every fourth masked: the logarithm of the probability, by
 * place. An estimate: what a text is worth as a whole a model that sees both ways does not say.
 */
export async function ownChances(
  reader: CanvasReader,
  canvas: readonly (number | null)[],
  places: readonly number[],
): Promise<Map<number, number>> {
  const found = new Map<number, number>()
  for (let part = 0; part < Math.min(parts, places.length); part++) {
    const asked = places.filter((_, index) => index % parts === part)
    const hidden = new Set(asked)
    const shown = canvas.map((token, place) => (hidden.has(place) ? null : token))
    await reader.read(shown, asked, (row, index) => {
      const place = asked[index]!
      found.set(place, row[canvas[place]!]! - chancesOf(row).total)
    })
  }
  return found
}
