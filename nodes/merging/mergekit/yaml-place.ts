import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml'

/** Something wrong with a file, or worth knowing: where, and what. */
export interface Remark {
  /** e.g. `models[1].parameters.weight`; empty for the whole file. */
  path: string
  line: number
  message: string
}

/** What a file was found to have wrong, and what of it has no effect here. */
export class Remarks {
  readonly errors: Remark[] = []
  readonly notes: Remark[] = []
}

/** Far above any merge that was ever written; aliases could otherwise make a small file endless. */
const maxValues = 100_000

interface File {
  document: Document
  lines: LineCounter
  remarks: Remarks
  values: number
}

/** A value of a YAML file that knows its path and line, and tells when it is not what was wanted. */
export class YamlPlace {
  readonly path: string
  readonly #node: Node | null
  readonly #file: File
  readonly #line: number

  constructor(path: string, node: Node | null, file: File, above: number) {
    this.path = path
    this.#node = isAlias(node) ? ((node.resolve(file.document) as Node | undefined) ?? null) : node
    this.#file = file
    this.#line = node?.range ? file.lines.linePos(node.range[0]).line : above
    if (++file.values === maxValues) this.error(`holds more than ${maxValues} values`)
  }

  get isEmpty(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null)
  }

  get isList(): boolean {
    return isSeq(this.#node)
  }

  get isMap(): boolean {
    return isMap(this.#node)
  }

  error(message: string): undefined {
    this.#file.remarks.errors.push({ path: this.path, line: this.#line, message })
  }

  note(message: string): void {
    this.#file.remarks.notes.push({ path: this.path, line: this.#line, message })
  }

  /** The items of a list; none where it is no list, which is then told. */
  items(): YamlPlace[] {
    if (!isSeq(this.#node)) {
      this.error('must be a list')
      return []
    }
    if (this.#file.values > maxValues) return []
    return this.#node.items.map((item, index) => this.#below(`${this.path}[${index}]`, item as Node | null))
  }

  /** The values of a map by key; none where it is no map, which is then told. */
  entries(): Map<string, YamlPlace> {
    if (!isMap(this.#node)) {
      this.error('must be a map of keys and values')
      return new Map()
    }
    const entries = new Map<string, YamlPlace>()
    if (this.#file.values > maxValues) return entries
    for (const { key, value } of this.#node.items) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key)
      const place = this.#below(
        this.path === '' ? name : `${this.path}.${name}`,
        value as Node | null,
        key as Node,
      )
      if (name === '<<') for (const [merged, below] of place.#mergedEntries()) entries.set(merged, below)
      else entries.set(name, place)
    }
    return entries
  }

  /** What YAML's merge key brings in: the entries of a map, or of several. */
  #mergedEntries(): [string, YamlPlace][] {
    const maps = this.isList ? this.items().toReversed() : [this]
    return maps.flatMap((map) => [...map.entries()])
  }

  text(): string | undefined {
    const value = this.#scalar()
    if (value === undefined || value === null || value === '') return this.error('must be a text')
    // As it was written: a model may be called 1e3.
    return typeof value === 'string' ? value : ((this.#node as { source?: string }).source ?? String(value))
  }

  /** @returns undefined where it is no number, which is told */
  number(): number | undefined {
    const value = this.#scalar()
    if (typeof value === 'number' && Number.isFinite(value)) return value
    return this.error('must be a number')
  }

  /** The bare value, of a map or list undefined. */
  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined
  }

  /** A number or a truth value, told where it is neither. */
  value(): number | boolean | undefined {
    const value = this.#scalar()
    if (typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    return this.error('must be a number, true or false, or a list of them')
  }

  #below(path: string, node: Node | null, key?: Node): YamlPlace {
    const line = key?.range ? this.#file.lines.linePos(key.range[0]).line : this.#line
    return new YamlPlace(path, node, this.#file, line)
  }
}

/**
 * Reads the documents of a YAML file as PyYAML does (version 1.1).
 * @returns nothing where it is no YAML, which is in `remarks`
 */
export function readYaml(text: string, remarks: Remarks): YamlPlace[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    merge: false,
    prettyErrors: false,
  })
  const errors = documents.flatMap((document) => document.errors)
  for (const { pos, message } of errors) {
    remarks.errors.push({ path: '', line: lines.linePos(pos[0]).line, message: `is no YAML: ${message}` })
  }
  if (errors.length > 0) return []
  return documents.map(
    (document) => new YamlPlace('', document.contents, { document, lines, remarks, values: 0 }, 1),
  )
}
