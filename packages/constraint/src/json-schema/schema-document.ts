import { KnownPatterns } from './known-patterns.ts'
import {
  escapePointer,
  invalidSchema,
  isObject,
  refuseKeyword,
  tooDeep,
  type Json,
  type Location,
  type SchemaObject,
} from './schema-location.ts'
import { saying, SchemaContents } from './schema-contents.ts'
import { eachSubschema } from './subschemas.ts'

/** References that lead to nothing but one another: schemas that people have take a handful. */
const longestChain = 500

/** Schemas inside one another. */
const deepest = 1_000

/** Where relative references of a document without an id are resolved from. */
const nowhere = 'schema://document/'

interface Place {
  readonly path: string
  /** What references are relative to. */
  readonly base: string
  /** The draft's number or year; 0 where the schema does not say. */
  readonly draft: number
}

/** A schema as a whole: what its references may lead to, by path, id or anchor. */
export class SchemaDocument {
  readonly root: Location
  /** For conditions on texts together: half a second of work or so for each 20,000. */
  readonly room = { left: 60_000 }
  /** Patterns that were parsed. */
  readonly patterns = new KnownPatterns()
  /** Types that schemas declare, as bits. */
  readonly types = new WeakMap<object, number>()
  /** Of schemas without a demand the plain values that they were asked about. */
  readonly met = new WeakMap<object, Map<Json, boolean>>()
  readonly #json: Json
  readonly #places = new WeakMap<object, Place>()
  /** Schemas that say what they are called, by address. */
  readonly #resources = new Map<string, { schema: Json; path: string }>()
  readonly #anchors = new Map<string, { schema: SchemaObject; path: string }>()
  readonly #dynamicAnchors = new Map<string, number>()
  readonly #contents = new SchemaContents()
  /** Of the schemas that say the same the one that stands first. */
  readonly #firsts = new Map<number, Location>()
  readonly #same = new WeakMap<object, Location>()
  /** What references lead to, by what they are relative to. */
  readonly #found = new Map<string, Location>()
  #isRecursive = false
  /** References that are being followed, each of which led to the next. */
  #following = 0

  /** @param others schemas that references by address may lead to, by address */
  constructor(json: Json, others: { readonly [address: string]: Json } = {}) {
    this.#json = json
    this.#resources.set(nowhere, { schema: json, path: '#' })
    this.#index(json, { path: '#', base: nowhere, draft: 0 })
    for (const [address, other] of Object.entries(others)) {
      const base = resolve(address, nowhere)
      const path = `${withoutFragment(base)}#`
      this.#resources.set(withoutFragment(base), { schema: other, path })
      this.#index(other, { path, base: withoutFragment(base), draft: 0 })
    }
    this.root = this.locate(json, '#')
  }

  /**
   * A schema: of those that say the same always the same one, so that it is compiled once.
   * @throws {ConstraintError} for what is no schema
   */
  locate(schema: Json | undefined, path: string): Location {
    if (typeof schema === 'boolean') return { schema, path, document: this }
    if (!isObject(schema)) throw invalidSchema(path, 'expected an object, true or false')
    const known = this.#same.get(schema)
    if (known !== undefined) return known
    const place = this.#places.get(schema)
    const own = { schema, path: place?.path ?? path, document: this }
    const same = place === undefined ? own : this.#representative(own, this.#contents.numberOf(schema))
    this.#same.set(schema, same)
    return same
  }

  /** What only refers to another schema is that one. */
  #representative(own: Location & { schema: SchemaObject }, number: number): Location {
    const first = this.#firsts.get(number) ?? own
    this.#firsts.set(number, first)
    const isReference = this.isOnlyReference(own) || saying(own.schema).join() === '$ref'
    const reference = own.schema['$ref']
    if (!isReference || typeof reference !== 'string') return first
    // One that leads back here finds itself, which is told where it is compiled.
    this.#same.set(own.schema, first)
    if (++this.#following > longestChain)
      throw tooDeep(own.path, `More than ${longestChain} references lead on to one another`)
    const found = this.#find(own, reference)
    this.#following--
    return found ?? first
  }

  /** Whether a schema with `$ref` is nothing but that reference: so it was up to draft 7. */
  isOnlyReference({ schema }: Location): boolean {
    if (typeof schema === 'boolean' || schema['$ref'] === undefined) return false
    const { draft = 0 } = this.#places.get(schema) ?? {}
    return draft > 0 && draft <= 7
  }

  /** Follows `$ref`, `$dynamicRef` or `$recursiveRef`. */
  follow(location: Location, keyword: string): Location {
    const reference = (location.schema as SchemaObject)[keyword]
    const { path } = location
    if (typeof reference !== 'string') throw invalidSchema(`${path}/${keyword}`, 'expected text')
    if (keyword === '$recursiveRef' && this.#isRecursive)
      throw refuseKeyword(
        path,
        keyword,
        'Beside "$recursiveAnchor" it depends on where it is met. Use "$ref".',
      )
    const name = reference.split('#')[1] ?? ''
    if (keyword === '$dynamicRef' && (this.#dynamicAnchors.get(name) ?? 0) > 1)
      throw refuseKeyword(path, keyword, `Several schemas have the anchor "${name}". Use "$ref".`)
    const found = this.#find(location, reference)
    if (found === undefined) throw this.#refuseReference(location, keyword, reference)
    return found
  }

  #refuseReference({ path }: Location, keyword: string, reference: string): Error {
    if (reference.startsWith('#'))
      return invalidSchema(`${path}/${keyword}`, `nothing is defined at "${reference}"`)
    return refuseKeyword(
      path,
      keyword,
      `Nothing in the schema is called "${reference}". Give what it means as one of the documents, by that address, or under "$defs" with its "$id".`,
    )
  }

  /** Many schemas refer to the same: each reference is followed once. */
  #find(location: Location, reference: string): Location | undefined {
    const { base } = this.#places.get(location.schema as SchemaObject) ?? { base: nowhere }
    const key = `${base}\n${reference}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const found = this.#lookUp(reference, base)
    if (found !== undefined) this.#found.set(key, found)
    return found
  }

  #lookUp(reference: string, base: string): Location | undefined {
    const address = reference.startsWith('#') ? `${base}${reference}` : resolve(reference, base)
    const fragment = safeDecode(address.split('#')[1] ?? '')
    const resource = this.#resources.get(withoutFragment(address))
    if (fragment === '' || fragment.startsWith('/')) {
      const found = resource && this.#walk(resource, fragment)
      // People write ids that nothing but the reader of the whole document knows of.
      return (
        found ??
        (reference.startsWith('#') ? this.#walk({ schema: this.#json, path: '#' }, fragment) : undefined)
      )
    }
    const anchor = this.#anchors.get(`${withoutFragment(address)}#${fragment}`)
    return anchor && this.locate(anchor.schema as Json, anchor.path)
  }

  /** Follows `/a/b`. */
  #walk({ schema, path }: { schema: Json; path: string }, pointer: string): Location | undefined {
    const keys = pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    let value: Json | undefined = schema
    let place: Place = { path, base: nowhere, draft: 0 }
    for (const key of keys) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
      place = this.#places.get(value) ?? place
      value = (value as { readonly [key: string]: Json })[key]
    }
    if (value === undefined) return undefined
    const whole = [path, ...keys.map(escapePointer)].join('/')
    if (isObject(value) && !this.#places.has(value)) this.#index(value as Json, { ...place, path: whole })
    return this.locate(value, whole)
  }

  #index(json: Json, place: Place): void {
    const waiting = [{ json, place, depth: 1 }]
    const found: { schema: SchemaObject; references: string }[] = []
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!isObject(next.json) || this.#places.has(next.json)) continue
      if (next.depth > deepest)
        throw tooDeep(shorten(next.place.path), `More than ${deepest} schemas stand inside one another`)
      const { base, draft } = this.#place(next.json, next.place)
      found.push({ schema: next.json, references: `${base} ${draft}` })
      eachSubschema(next.json, next.place.path, (inner, path) =>
        waiting.push({ json: inner, place: { path, base, draft }, depth: next.depth + 1 }),
      )
    }
    for (const { schema, references } of found.toReversed()) this.#contents.add(schema, references)
  }

  /** Notes what a schema is called; what references inside it are relative to. */
  #place(json: SchemaObject, { path, base, draft }: Place): Place {
    const own = draftOf(json['$schema']) ?? draft
    if (own === 3)
      throw refuseKeyword(path, '$schema', 'Draft 3 is not understood; 4, 6, 7, 2019-09 and 2020-12 are.')
    const old = own > 0 && own <= 7 && json['$ref'] !== undefined
    const id = json['$id'] ?? (own === 4 || own === 0 ? json['id'] : undefined)
    const address = typeof id === 'string' && !old ? resolve(id, base) : base
    const inside = withoutFragment(address)
    this.#places.set(json, { path, base: inside, draft: own })
    if (inside !== base && !this.#resources.has(inside))
      this.#resources.set(inside, { schema: json as Json, path })
    const anchors = [address.split('#')[1] ?? '', json['$anchor'], json['$dynamicAnchor']]
    for (const anchor of anchors) {
      if (typeof anchor !== 'string' || anchor === '' || this.#anchors.has(`${inside}#${anchor}`)) continue
      this.#anchors.set(`${inside}#${anchor}`, { schema: json, path })
    }
    const dynamic = json['$dynamicAnchor']
    if (typeof dynamic === 'string')
      this.#dynamicAnchors.set(dynamic, (this.#dynamicAnchors.get(dynamic) ?? 0) + 1)
    this.#isRecursive ||= json['$recursiveAnchor'] === true
    return { path, base: inside, draft: own }
  }
}

/** The beginning of a path that leads deep. */
function shorten(path: string): string {
  return path.split('/').slice(0, 12).join('/')
}

function draftOf(dialect: Json | undefined): number | undefined {
  const found = typeof dialect === 'string' ? /\/draft[-/]0?(\d+)/.exec(dialect) : null
  return found === null ? undefined : Number(found[1])
}

function resolve(reference: string, base: string): string {
  try {
    return new URL(reference, base).href
  } catch {
    return `${base}${reference}`
  }
}

function withoutFragment(address: string): string {
  return address.split('#')[0] as string
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
