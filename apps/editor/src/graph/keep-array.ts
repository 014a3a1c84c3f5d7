/** The array that was there, where the other holds the same: React Flow looks through all of another array. */
export function keepArray<Item>(before: Item[], now: Item[]): Item[] {
  return before.length === now.length && before.every((item, index) => item === now[index]) ? before : now
}
