import type { Json } from '../json/json.ts'

/** One item of a list of values: `quoted` where quotes around it say that it is text. */
export interface ListItem {
  value: Json
  quoted: boolean
  /** Where its text stands in the list; absent in a list of JSON. */
  from?: number
  to?: number
}

/** The items of a text: a JSON list; else one per line where there are line breaks; else separated by commas. */
export function splitValues(text: string): ListItem[] {
  const list = text.trimStart().startsWith('[') ? parseJsonList(text) : undefined
  if (list !== undefined) return list.map((value) => ({ value, quoted: true }))
  const items = text.trim().includes('\n') ? splitLines(text) : splitCommas(text)
  return items.filter(({ value, quoted }) => quoted || value !== '')
}

function parseJsonList(text: string): Json[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? (value as Json[]) : undefined
  } catch {
    return undefined
  }
}

function splitLines(text: string): ListItem[] {
  return [...text.matchAll(/[^\r\n]+/g)].map(({ 0: line, index }) => plainItem(line, index))
}

/** A field in quotes as in CSV, doubled quotes inside; or anything up to the next comma. */
const field = /\s*"((?:[^"]|"")*)"\s*(?:,|$)|([^,]*)(?:,|$)/y

function splitCommas(text: string): ListItem[] {
  const items: ListItem[] = []
  field.lastIndex = 0
  while (field.lastIndex < text.length) {
    const from = field.lastIndex
    const [whole = '', quoted, plain = ''] = field.exec(text) ?? []
    if (quoted === undefined) items.push(plainItem(plain, from))
    else items.push({ value: quoted.replaceAll('""', '"'), quoted: true, from, to: from + whole.length })
  }
  return items
}

function plainItem(text: string, at: number): ListItem {
  const value = text.trim()
  const from = at + text.indexOf(value)
  return { value, quoted: false, from, to: from + value.length }
}
