import type { CharSet } from 'refa'
import { addByte, isContinuation, prefixRange, type CodePointRange } from '../automaton/utf8.ts'
import { everyCharacter, noCharacter } from '../grammar/characters.ts'
import { ClassSplits } from './class-splits.ts'
import { findLabelKinds, type LabelKinds } from './label-kinds.ts'
import { buildTrie, sortEntries, unfinishedLabel, type LabelTable, type Trie } from './trie.ts'

/** Bytes of all tokens, one after the other; those of token t are `ends[t - 1]` up to `ends[t]`. */
export interface PackedTokens {
  readonly bytes: Uint8Array
  readonly ends: Int32Array
}

/** The tokens of a model, arranged for constraints: plain arrays, which another thread may build and send. */
export interface ArrangedTokens extends PackedTokens {
  /** Ids that end a generation. They never match text. */
  readonly endTokens: readonly number[]
  /** Tokens that begin with a whole or unfinished character. */
  readonly trie: Trie
  readonly table: LabelTable
  /** How many labels each of the trie's tokens has, in its order. */
  readonly lengths: Uint16Array
  /** Characters of the tokens, each once, and their kinds below the nodes of the trie. */
  readonly labels: Int32Array
  readonly kinds: LabelKinds
  /** Tokens that begin inside a character: by their leading continuation bytes, the rest of them. */
  readonly continuing: readonly { readonly bytes: readonly number[]; readonly trie: Trie }[]
  /** First and last code point that each unfinished label may become. */
  readonly unfinished: readonly CodePointRange[]
  /** Whether every character can be written byte by byte. */
  readonly hasEveryByte: boolean
}

/** What constraints know of a model. Immutable but for caches; share one per vocabulary. */
export interface Vocabulary extends ArrangedTokens {
  readonly size: number
  /** Bytes of each token, by id. */
  readonly tokens: readonly Uint8Array[]
  /** The characters that some token holds, or a part of. */
  readonly writable: CharSet
  /** The token of a name, a control token too; without it those are known that write the name. */
  readonly tokenNamed?: ((name: string) => number | undefined) | undefined
  readonly splits: ClassSplits
  /** Characters that tokens begin with, sorted, and how many tokens come before those of each; one more at the end. */
  readonly firstLabels: { readonly labels: Int32Array; readonly tokensBefore: Int32Array }
  /** Bytes of the longest token. */
  readonly longestToken: number
  /** Room for the tokens of a mask in the making; one is made at a time. */
  readonly found: Int32Array
}

/** Where what stands for itself in a text of JSON begins and ends: nearly every schema has some. */
const textBorders = [0x20, 0x22, 0x23, 0x5c, 0x5d, 0xd800, 0xe000]

export interface VocabularyOptions {
  /** Ids that end a generation. */
  readonly endTokens: readonly number[]
  readonly tokenNamed?: Vocabulary['tokenNamed']
}

/** @param tokens bytes of each token, by id */
export function createVocabulary(
  tokens: readonly Uint8Array[],
  { endTokens, tokenNamed }: VocabularyOptions,
): Vocabulary {
  return useArrangedTokens(arrangeTokens(tokens, { endTokens }), tokenNamed)
}

/** A vocabulary from tokens that were arranged before, on another thread say. */
export function useArrangedTokens(
  arranged: ArrangedTokens,
  tokenNamed?: Vocabulary['tokenNamed'],
): Vocabulary {
  const { ends, table, unfinished, hasEveryByte, trie } = arranged
  const splits = new ClassSplits({ ...arranged, size: ends.length })
  splits.prepare(textBorders)
  return {
    ...arranged,
    size: ends.length,
    tokens: unpackTokens(arranged),
    writable: hasEveryByte ? everyCharacter : findWritable(table.labels, unfinished),
    ...(tokenNamed !== undefined && { tokenNamed }),
    splits,
    firstLabels: listFirstLabels(trie),
    longestToken: ends.reduce((most, end, token) => Math.max(most, end - (ends[token - 1] ?? 0)), 0),
    found: new Int32Array(ends.length),
  }
}

function listFirstLabels({ label, end, firstToken }: Trie): Vocabulary['firstLabels'] {
  const labels: number[] = []
  const tokensBefore: number[] = []
  let child = 1
  for (; child < label.length && label[child]! < unfinishedLabel; child = end[child]!) {
    labels.push(label[child]!)
    tokensBefore.push(firstToken[child]!)
  }
  return {
    labels: Int32Array.from(labels),
    tokensBefore: Int32Array.from([...tokensBefore, firstToken[child] ?? 0]),
  }
}

/**
 * Builds the token trie; about half a second for 128,000 tokens. Empty tokens, and tokens that no UTF-8 text holds,
 * are never allowed.
 * @param tokens bytes of each token, by id
 */
export function arrangeTokens(
  tokens: readonly Uint8Array[],
  { endTokens }: { endTokens: readonly number[] },
): ArrangedTokens {
  const ends = new Set(endTokens)
  const prefixNumbers = new Map<number, number>()
  const labels: number[] = []
  const offsets = new Int32Array(tokens.length + 1)
  const whole: number[] = []
  const continuing = new Map<string, { bytes: number[]; tokens: number[] }>()
  tokens.forEach((bytes, token) => {
    const before = labels.length
    const lead = countLeadingContinuations(bytes)
    if (bytes.length > 0 && !ends.has(token) && readLabels(bytes, lead, labels, prefixNumbers)) {
      if (lead === 0) whole.push(token)
      else groupFor(continuing, bytes.subarray(0, lead)).push(token)
    } else {
      labels.length = before
    }
    offsets[token + 1] = labels.length
  })
  const table = { labels: new Int32Array(labels), offsets }
  const trieOf = (ids: readonly number[]) => {
    const entries = { tokens: Int32Array.from(ids), starts: Int32Array.from(ids, (id) => offsets[id]!) }
    return buildTrie(table, sortEntries(table, entries))
  }
  const trie = trieOf(whole)
  const unfinished = [...prefixNumbers.keys()].map((prefix) => prefixRange(prefix) as CodePointRange)
  const hasEveryByte =
    new Set(tokens.filter((bytes) => bytes.length === 1).map((bytes) => bytes[0])).size === 256
  return {
    ...packTokens(tokens),
    endTokens,
    trie,
    table,
    lengths: Uint16Array.from(trie.tokens, (token) => offsets[token + 1]! - offsets[token]!),
    labels: new Int32Array(new Set(trie.label.filter((label) => label < unfinishedLabel))),
    kinds: findLabelKinds(trie),
    continuing: [...continuing.values()].map(({ bytes, tokens: ids }) => ({ bytes, trie: trieOf(ids) })),
    unfinished,
    hasEveryByte,
  }
}

export function packTokens(tokens: readonly Uint8Array[]): PackedTokens {
  const ends = new Int32Array(tokens.length)
  tokens.forEach((token, index) => (ends[index] = token.length + (ends[index - 1] ?? 0)))
  const bytes = new Uint8Array(ends.at(-1) ?? 0)
  tokens.forEach((token, index) => bytes.set(token, ends[index]! - token.length))
  return { bytes, ends }
}

export function unpackTokens({ bytes, ends }: PackedTokens): Uint8Array[] {
  return Array.from(ends, (end, token) => bytes.subarray(token === 0 ? 0 : ends[token - 1], end))
}

function countLeadingContinuations(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => !isContinuation(byte))
  return first < 0 ? bytes.length : first
}

/** Appends one label a character; false if the bytes are no part of valid UTF-8. */
function readLabels(
  bytes: Uint8Array,
  from: number,
  labels: number[],
  prefixNumbers: Map<number, number>,
): boolean {
  if (from > 3) return false
  let prefix = 0
  for (let index = from; index < bytes.length; index++) {
    const next = addByte(prefix, bytes[index]!)
    if (next === undefined) return false
    if ('point' in next) labels.push(next.point)
    prefix = 'point' in next ? 0 : next.prefix
  }
  if (prefix === 0) return true
  if (!prefixNumbers.has(prefix)) prefixNumbers.set(prefix, prefixNumbers.size)
  labels.push(unfinishedLabel + prefixNumbers.get(prefix)!)
  return true
}

function groupFor(groups: Map<string, { bytes: number[]; tokens: number[] }>, lead: Uint8Array): number[] {
  const key = lead.join()
  const known = groups.get(key)
  if (known !== undefined) return known.tokens
  const group = { bytes: [...lead], tokens: [] }
  groups.set(key, group)
  return group.tokens
}

function findWritable(labels: Int32Array, unfinished: readonly CodePointRange[]): CharSet {
  const points = [...new Set(labels)].filter((label) => label < unfinishedLabel)
  return noCharacter
    .union(points.map((point) => ({ min: point, max: point })))
    .union(unfinished.map(({ minimum, maximum }) => ({ min: minimum, max: maximum })))
}
