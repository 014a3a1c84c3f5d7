/** A readable id for a new node, free in `taken`: `generate`, `generate-2`. People type these in `--set`. */
export function makeId(type: string, taken: ReadonlySet<string>): string {
  const base = type.split('/').at(-1) || 'node'
  if (!taken.has(base)) return base
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`
}

/** Fresh ids for copies: `story` and `story-2` become `story-3` and `story-4`. */
export function makeCopyIds(ids: readonly string[], taken: ReadonlySet<string>): Map<string, string> {
  const used = new Set(taken)
  const copies = new Map<string, string>()
  for (const id of ids) {
    const copy = makeId(id.replace(/-\d+$/, ''), used)
    used.add(copy)
    copies.set(id, copy)
  }
  return copies
}
