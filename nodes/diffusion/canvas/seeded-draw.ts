import { createHash } from 'node:crypto'

/** A number from 0 up to 1 for a seed and a place. */
export function draw(seed: number, place: number): number {
  const hash = createHash('sha256').update(`${seed} ${place}`).digest()
  return hash.readUIntBE(0, 6) / 2 ** 48
}
