/** Random seeds the editor makes are short enough to read out. */
const seedLimit = 1_000_000

export function rollSeed(): number {
  return Math.floor(Math.random() * seedLimit)
}
