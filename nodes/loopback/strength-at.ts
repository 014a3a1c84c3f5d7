/** How a strength moves from its first to its last value, as A1111's loopback has it. */
export const curves = ['linear', 'aggressive', 'lazy'] as const

/** Strength of iteration `index` of `count`. */
export function strengthAt(
  index: number,
  count: number,
  { first, last, curve }: { first: number; last: number; curve: (typeof curves)[number] },
): number {
  const progress = count <= 1 ? 0 : index / (count - 1)
  return first + (last - first) * bend(progress, curve)
}

function bend(progress: number, curve: (typeof curves)[number]): number {
  switch (curve) {
    case 'linear':
      return progress
    case 'aggressive':
      return Math.sin((progress * Math.PI) / 2)
    case 'lazy':
      return 1 - Math.cos((progress * Math.PI) / 2)
  }
}
