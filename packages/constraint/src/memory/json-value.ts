/** What was written last in a list or object, and what came before it. */
export interface Written {
  /** Of a member of an object. */
  readonly key: string | undefined
  readonly value: Value
  readonly count: number
  readonly before: Written | undefined
}

/** A value that was written. */
export type Value =
  /** `true`, `false` or `null`. */
  | { readonly kind: 'word'; readonly of: string }
  | { readonly kind: 'number'; readonly of: number }
  | { readonly kind: 'text'; readonly of: string }
  | { readonly kind: 'list' | 'object'; readonly of: Written | undefined }

export function wordValue(word: string): Value {
  return { kind: 'word', of: word }
}

/** @param written as JSON writes it, whichever way: numbers are equal where they are as doubles */
export function numberValue(written: string): Value {
  return { kind: 'number', of: Number(written) + 0 }
}

export function textValue(text: string): Value {
  return { kind: 'text', of: text }
}

export function containerValue(isList: boolean, written: Written | undefined): Value {
  return { kind: isList ? 'list' : 'object', of: written }
}

/** What is written once one more is. */
export function add(key: string | undefined, value: Value, before: Written | undefined): Written {
  return { key, value, count: (before?.count ?? 0) + 1, before }
}

/** As JSON Schema has it: whatever the order of members, and however numbers and texts are written. */
export function areEqual(one: Value, other: Value): boolean {
  if (one.kind === 'list' && other.kind === 'list') return haveEqualItems(one.of, other.of)
  if (one.kind === 'object' && other.kind === 'object') return haveEqualMembers(one.of, other.of)
  return one.kind === other.kind && one.of === other.of
}

function haveEqualItems(left: Written | undefined, right: Written | undefined): boolean {
  if (left?.count !== right?.count || hashOf(left) !== hashOf(right)) return false
  const others = itemsOf(right)
  return itemsOf(left).every((item, index) => areEqual(item, others[index]!))
}

function haveEqualMembers(left: Written | undefined, right: Written | undefined): boolean {
  if (left?.count !== right?.count || hashOf(left) !== hashOf(right)) return false
  const others = membersOf(right)
  return [...membersOf(left)].every(([key, value]) => {
    const other = others.get(key)
    return other !== undefined && areEqual(value, other)
  })
}

const hashes = new WeakMap<Written, number>()

/** The same for equal lists, and for equal objects; found once. */
function hashOf(written: Written | undefined): number {
  if (written === undefined) return 0
  const known = hashes.get(written)
  if (known !== undefined) return known
  let hash = 0
  for (const { key, value } of listWritten(written))
    hash =
      key === undefined ? mix(hash, hashOfValue(value)) : (hash + mix(hashText(key), hashOfValue(value))) | 0
  hashes.set(written, hash)
  return hash
}

function hashOfValue(value: Value): number {
  return value.kind === 'list' || value.kind === 'object' ? hashOf(value.of) : hashText(String(value.of))
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
