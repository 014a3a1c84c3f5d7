import { MergeError } from '../errors/merge-error.ts'

export interface ModelVocabulary {
  model: string
  /** Texts of the tokens; a token's place is its row in embeddings and output head. */
  tokens: readonly string[]
}

/** Which tokens a merged model has: all models' (`union`), or those of the model that is named. */
export type VocabularyChoice = { union: true } | { model: string }

/** The tokens of a merged model, and where each model has them. */
export interface VocabularyPlan {
  tokens: readonly string[]
  /** For each model, the row of each token, or −1 where the model does not have it. */
  rows: ReadonlyMap<string, Int32Array>
  base: string | undefined
}

/**
 * Lines up the models' vocabularies. A union begins with the base's tokens, or the first model's, in their order, so
 * that special tokens keep their ids; the others' follow as they come.
 *
 * @throws MergeError merge-parameter where the model named is not among them
 */
export function planVocabulary(
  vocabularies: readonly ModelVocabulary[],
  choice: VocabularyChoice,
  base?: string,
): VocabularyPlan {
  const tokens = 'union' in choice ? unite(vocabularies, base) : tokensOf(vocabularies, choice.model)
  const rows = new Map(vocabularies.map(({ model, tokens: own }) => [model, locate(tokens, own)]))
  return { tokens, rows, base }
}

/** Whether every model has the same tokens in the same places, so that nothing needs to be moved. */
export function isSameVocabulary(vocabularies: readonly ModelVocabulary[]): boolean {
  const [first, ...others] = vocabularies.map(({ tokens }) => tokens)
  return others.every(
    (tokens) => tokens.length === first?.length && tokens.every((token, i) => token === first[i]),
  )
}

function tokensOf(vocabularies: readonly ModelVocabulary[], model: string): readonly string[] {
  const found = vocabularies.find((vocabulary) => vocabulary.model === model)
  if (found !== undefined) return found.tokens
  throw new MergeError(
    'merge-parameter',
    `The tokenizer of ${model} cannot be used: it takes no part in the merge`,
    { hint: `Choose one of ${vocabularies.map((vocabulary) => vocabulary.model).join(', ')}.` },
  )
}

function unite(vocabularies: readonly ModelVocabulary[], base: string | undefined): string[] {
  const first = vocabularies.filter(({ model }) => model === base)
  const others = vocabularies.filter(({ model }) => model !== base)
  return [...new Set([...first, ...others].flatMap(({ tokens }) => tokens))]
}

/** Tokens that a vocabulary holds twice (fillers) are taken from their last place. */
function locate(tokens: readonly string[], own: readonly string[]): Int32Array {
  const places = new Map(own.map((token, row) => [token, row]))
  return Int32Array.from(tokens, (token) => places.get(token) ?? -1)
}

/** A row of a model's embeddings or output head. */
export type ReadRow = (model: string, row: number) => Float32Array

/**
 * Rows `firstRow` to `firstRow + rows` of the merged vocabulary as a model has them. For a token that the model lacks:
 * the row of the only model that has it, else the base's, else the average of those that have it.
 *
 * @param output `rows` × `columns`
 */
export function alignRows(
  plan: VocabularyPlan,
  model: string,
  firstRow: number,
  columns: number,
  readRow: ReadRow,
  output: Float32Array,
): void {
  for (let start = 0; start < output.length; start += columns) {
    const token = firstRow + start / columns
    const sources = sourcesOf(plan, model, token)
    addRows(sources, readRow, output.subarray(start, start + columns))
  }
}

interface RowSource {
  model: string
  row: number
}

function sourcesOf({ rows, base }: VocabularyPlan, model: string, token: number): RowSource[] {
  const has = (name: string): RowSource[] => {
    const row = rows.get(name)?.[token] ?? -1
    return row < 0 ? [] : [{ model: name, row }]
  }
  const own = has(model)
  if (own.length > 0) return own
  const owners = [...rows.keys()].flatMap(has)
  if (owners.length <= 1 || base === undefined) return owners
  const fromBase = has(base)
  return fromBase.length > 0 ? fromBase : owners
}

function addRows(sources: readonly RowSource[], readRow: ReadRow, output: Float32Array): void {
  const [first] = sources
  if (first !== undefined && sources.length === 1) {
    output.set(readRow(first.model, first.row))
    return
  }
  const sums = new Float64Array(output.length)
  for (const { model, row } of sources) {
    const values = readRow(model, row)
    for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!
  }
  for (let i = 0; i < sums.length; i++) output[i] = sources.length === 0 ? 0 : sums[i]! / sources.length
}
