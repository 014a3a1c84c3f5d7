/** A key that stands twice in one object of a valid JSON text. */
export function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  const parts = /"[^"\\]*(?:\\.[^"\\]*)*"(?<key>\s*:)?|[{}[\]]/g
  for (const { 0: part, groups } of json.matchAll(parts)) {
    if (part === '{') open.push(new Set())
    else if (part === '[') open.push(undefined)
    else if (part === '}' || part === ']') open.pop()
    else if (groups?.['key'] !== undefined) {
      const key = JSON.parse(part.slice(0, part.length - groups['key'].length)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}
