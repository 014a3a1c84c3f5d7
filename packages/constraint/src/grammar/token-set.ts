/** Tokens of a vocabulary, as grammars name them. */
export interface TokenSet {
  /** As it stands in the grammar, `<think>` or `<[5,10-20]>`. */
  readonly text: string
  /** First and last ids; without them the token that `text` is. */
  readonly ranges?: readonly (readonly [number, number])[]
  /** All other tokens. */
  readonly others: boolean
}

/** Any string in angle brackets; blanks and brackets inside would be something else. */
export const tokenForm: RegExp = /<[^<>\s]+>/y
const ids = /^<\[(\^?)(\*|[\d,-]+)\]>$/
const range = /^(\d{1,9})(?:-(\d{1,9}))?$/

/** @returns `undefined` for ids that are no numbers, or the wrong way round */
export function readTokenSet(text: string, others: boolean): TokenSet | undefined {
  const [, not, list] = ids.exec(text) ?? []
  if (list === undefined) return { text, others }
  const ranges = list === '*' ? [[0, Infinity] as const] : list.split(',').map(readRange)
  if (ranges.includes(undefined)) return undefined
  return { text, ranges: ranges as [number, number][], others: others !== (not === '^') }
}

function readRange(text: string): readonly [number, number] | undefined {
  const [, first, last = first] = range.exec(text) ?? []
  return first === undefined || Number(last) < Number(first) ? undefined : [Number(first), Number(last)]
}
