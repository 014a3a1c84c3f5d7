import type { Expression, Grammar } from '../grammar/expression.ts'

/**
 * Whether a grammar derives a text, straight from the definition: the ends that each rule can reach from each
 * position, computed over and over until nothing changes. Slow, and right for left recursion and ambiguity too.
 */
export function recognises(grammar: Grammar, text: string): boolean {
  const points = Array.from(text)
  const known = new Map<string, Set<number>>()
  let changed = true
  const endsOf = (expression: Expression, from: number): Set<number> => {
    switch (expression.kind) {
      case 'characters':
        return new Set(
          from < points.length && expression.set.has(points[from]!.codePointAt(0)!) ? [from + 1] : [],
        )
      case 'literal': {
        const spelled = Array.from(expression.text)
        return new Set(
          spelled.every((character, index) => points[from + index] === character)
            ? [from + spelled.length]
            : [],
        )
      }
      case 'sequence':
        return expression.items.reduce((ends, item) => after(ends, item), new Set([from]))
      case 'choice':
        return new Set(expression.options.flatMap((option) => [...endsOf(option, from)]))
      case 'repeat':
        return repeated(expression, from)
      case 'shared':
        return endsOf(expression.item, from)
      case 'rule': {
        const key = `${expression.name} ${from}`
        if (!known.has(key)) {
          known.set(key, new Set())
          changed = true
        }
        return known.get(key)!
      }
      case 'unordered':
      case 'counted':
      case 'remembered':
      case 'differs':
      case 'token':
      case 'graph':
        throw new TypeError('Random grammars hold no graphs')
    }
  }
  const after = (ends: Set<number>, item: Expression) =>
    new Set([...ends].flatMap((end) => [...endsOf(item, end)]))
  const repeated = (
    { item, minimum, maximum }: Expression & { kind: 'repeat' },
    from: number,
  ): Set<number> => {
    let ends = new Set([from])
    const all = new Set(minimum === 0 ? [from] : [])
    for (let count = 1; count <= Math.min(maximum, minimum + points.length + 1); count++) {
      ends = after(ends, item)
      if (count >= minimum) ends.forEach((end) => all.add(end))
    }
    return all
  }
  endsOf({ kind: 'rule', name: grammar.start }, 0)
  while (changed) {
    changed = false
    for (const [key, ends] of [...known]) {
      const split = key.lastIndexOf(' ')
      for (const end of endsOf(grammar.rules.get(key.slice(0, split))!, Number(key.slice(split + 1)))) {
        if (ends.has(end)) continue
        ends.add(end)
        changed = true
      }
    }
  }
  return known.get(`${grammar.start} 0`)!.has(points.length)
}
