import { isInteger } from '@woolgather/workflow/ordered-json'

/**
 * Names with the integers among them, whose place JavaScript forgets, where another list that has them tells it: after
 * the name that they follow there.
 */
export function placeIntegers(names: readonly string[], listed: readonly string[]): string[] {
  const placed = names.filter((name) => !isInteger(name) || !listed.includes(name))
  const known = new Set(names)
  const wanted = listed.filter((name) => known.has(name))
  wanted.forEach((name, index) => {
    if (placed.includes(name)) return
    const before = wanted[index - 1]
    const after = wanted.slice(index + 1).find((next) => placed.includes(next))
    const place =
      before !== undefined ? placed.indexOf(before) + 1 : after !== undefined ? placed.indexOf(after) : 0
    placed.splice(place, 0, name)
  })
  return placed
}
