/** The example whoever is new should open: the smallest that makes a text. */
const first = 'first-story'

/** Examples among workflows, the one to begin with first and the others in their order. */
export function orderExamples<T extends { id: string; example: boolean }>(workflows: readonly T[]): T[] {
  const examples = workflows.filter(({ example }) => example)
  return [...examples.filter(({ id }) => id === first), ...examples.filter(({ id }) => id !== first)]
}
