/** What was written last in a list or object, and what came before it. */
export interface Written {
  /** Of a member of an object. */
  readonly key: string | undefined
  readonly value: Value
  readonly count: number
  readonly before: Written | undefined
  /** Of all so far: members count alike in any order. */
  readonly hash: number
}

/** A value that was written; equal ones have the same hash. */
export type Value =
  /** `true`, `false` or `null`. */
  | { readonly kind: 'word'; readonly of: string; readonly hash: number }
  | { readonly kind: 'number'; readonly of: number; readonly hash: number }
  | { readonly kind: 'text'; readonly of: string; readonly hash: number }
  | { readonly kind: 'list'; readonly of: Written | undefined; readonly hash: number }
  | { readonly kind: 'object'; readonly of: Written | undefined; readonly hash: number }

export function wordValue(word: string): Value {
  return { kind: 'word', of: word, hash: hashText(word) }
}

/** @param written as JSON writes it, whichever way: numbers are equal where they are as doubles */
export function numberValue(written: string): Value {
  const number = Number(written) + 0
  return { kind: 'number', of: number, hash: hashText(String(number)) }
}

export function textValue(text: string): Value {
  return { kind: 'text', of: text, hash: mix(hashText(text), 3) }
}

export function containerValue(isList: boolean, written: Written | undefined): Value {
  const hash = mix(written?.hash ?? 0, isList ? 5 : 7)
  return { kind: isList ? 'list' : 'object', of: written, hash }
}

/** What is written once one more is. */
export function add(key: string | undefined, value: Value, before: Written | undefined): Written {
  const hash =
    key === undefined
      ? mix(before?.hash ?? 0, value.hash)
      : ((before?.hash ?? 0) + mix(hashText(key), value.hash)) | 0
  return { key, value, count: (before?.count ?? 0) + 1, before, hash }
}

/** As JSON Schema has it: whatever the order of members, and however numbers and texts are written. */
export function areEqual(one: Value, other: Value): boolean {
  if (one.hash !== other.hash || one.kind !== other.kind) return false
  if (one.kind === 'list' && other.kind === 'list') {
    const [left, right] = [itemsOf(one.of), itemsOf(other.of)]
    return left.length === right.length && left.every((item, index) => areEqual(item, right[index]!))
  }
  if (one.kind === 'object' && other.kind === 'object') {
    const [left, right] = [membersOf(one.of), membersOf(other.of)]
    return left.size === right.size && [...left].every(([key, value]) => isEqualMember(value, right.get(key)))
  }
  return one.of === other.of
}

function isEqualMember(value: Value, other: Value | undefined): boolean {
  return other !== undefined && areEqual(value, other)
}

const items = new WeakMap<Written, readonly Value[]>()
const members = new WeakMap<Written, ReadonlyMap<string, Value>>()

/** The items of a list, found once. */
export function itemsOf(written: Written | undefined): readonly Value[] {
  if (written === undefined) return []
  const found = items.get(written) ?? listWritten(written).map(({ value }) => value)
  items.set(written, found)
  return found
}

/** The members of an object, found once. */
export function membersOf(written: Written | undefined): ReadonlyMap<string, Value> {
  if (written === undefined) return new Map()
  const found =
    members.get(written) ??
    new Map(listWritten(written).map(({ key, value }): [string, Value] => [key ?? '', value]))
  members.set(written, found)
  return found
}

function listWritten(written: Written | undefined): Written[] {
  const all: Written[] = []
  for (let one = written; one !== undefined; one = one.before) all.push(one)
  return all.reverse()
}

function hashText(text: string): number {
  let hash = text.length
  for (let index = 0; index < text.length; index++) hash = mix(hash, text.charCodeAt(index))
  return hash
}

function mix(hash: number, more: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + more) | 0
}
