import { parseCsvRecords, ReadError } from '@woolgather/tables'
import {
  carriedField,
  carriedId,
  foreignIssue,
  nothingThere,
  parseWorkflow,
  recogniseText,
  type Carrier,
  type Foreign,
  type Issue,
  type Workflow,
} from '@woolgather/workflow'

export type Carried =
  | { workflow: Workflow; carrier: Carrier; issues?: undefined }
  | { workflow?: undefined; carrier?: undefined; issues: Issue[] }

/**
 * The workflow in a text: a workflow document, or an output that carries the one that made it (text with front
 * matter, JSONL or CSV with a field `workflow`, a page, a picture in SVG, a result of `woolgather run --out`). Of a long
 * output its beginning is enough.
 */
export function readCarriedWorkflow(input: string): Carried {
  const text = input.startsWith('\uFEFF') ? input.slice(1) : input
  const found = findCarried(text)
  if (found === undefined) return { issues: [whatElse(text)] }
  const { workflow, issues } = parseWorkflow(found.json)
  return issues ? { issues } : { workflow, carrier: found.carrier }
}

/** What a text is that carries no workflow. */
function whatElse(text: string): Issue {
  if (text.trim() === '') return nothingThere
  const foreign = recogniseText(text)
  if (foreign !== undefined) return foreignIssue(foreign)
  if (isJsonLines(text)) return foreignIssue(tableOfLines)
  // JSON that is neither object nor list
  if (parse(text) !== undefined) return parseWorkflow(text).issues?.[0] ?? carriesNone
  return carriesNone
}

/** The value as JSON text, or parsed already. */
interface Found {
  json: unknown
  carrier: Carrier
}

function findCarried(text: string): Found | undefined {
  if (/^---\r?\n/.test(text)) return inFrontMatter(text)
  if (/^\s*[{[]/.test(text)) return inJson(text)
  return (/^\s*</.test(text) ? inMarkup(text) : undefined) ?? inCsv(text)
}

/** The element that carries it in HTML or SVG: found by its id, which in the texts of a page is escaped. */
function inMarkup(text: string): Found | undefined {
  const id = text.indexOf(` id="${carriedId}"`)
  const start = id === -1 ? -1 : text.indexOf('>', id)
  const end = start === -1 ? -1 : text.indexOf('</', start)
  if (end === -1) return undefined
  const json = unescapeMarkup(text.slice(start + 1, end)).trim()
  return { json, carrier: /<svg[\s>]/.test(text.slice(0, id)) ? 'svg' : 'html' }
}

/** As written here there are no entities in it; a program that saved the picture again may have put some in. */
function unescapeMarkup(text: string): string {
  return text.replaceAll(
    /&(?:(quot|apos|lt|gt|amp)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (entity, name, decimal, hex) => {
      if (name !== undefined) return entities[String(name).toLowerCase()] ?? entity
      const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : entity
    },
  )
}

const entities: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' }

function inFrontMatter(text: string): Found | undefined {
  const end = /\n---[ \t]*(\r?\n|$)/.exec(text)?.index ?? text.length
  // Not `.` and `$`: inside JSON there may be what JavaScript counts as the end of a line.
  const line = new RegExp(`\\n${carriedField}: (\\{[^\\n]*)`).exec(text.slice(0, end))
  return line?.[1] === undefined ? undefined : { json: line[1].trim(), carrier: 'front-matter' }
}

/** A document, a result, or lines of objects of which the first carries it. */
function inJson(text: string): Found | undefined {
  const whole = parse(text)
  if (whole !== undefined) {
    const carried = isDocument(whole) ? undefined : fieldOf(whole)
    if (carried !== undefined) return { json: carried, carrier: isLine(whole) ? 'jsonl' : 'result' }
    // Anything else is told as what it is not: a workflow.
    return { json: text, carrier: 'document' }
  }
  const firstLine = fieldOf(parse(text.slice(0, Math.max(0, text.indexOf('\n')))))
  if (firstLine !== undefined) return { json: firstLine, carrier: 'jsonl' }
  if (isJsonLines(text)) return undefined
  const cut = cutOut(text)
  return cut === undefined ? { json: text, carrier: 'document' } : { json: cut, carrier: 'result' }
}

/** Lines of JSON of which none carries a workflow: a table. */
function isJsonLines(text: string): boolean {
  const [first = '', second] = text.split('\n', 2)
  return second !== undefined && /^\s*\{/.test(second) && parse(first) !== undefined
}

function isDocument(value: unknown): boolean {
  return (value as { format?: unknown } | null)?.format === 'woolgather'
}

/** A line of a batch says which row it is of; a result of a run does not. */
function isLine(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'row' in value
}

/** The value of the field in text that ends in the middle of something later. */
function cutOut(text: string): string | undefined {
  const start = new RegExp(`^\\s*\\{\\s*"${carriedField}"\\s*:\\s*(?=\\{)`).exec(text)?.[0].length
  return start === undefined ? undefined : balancedObject(text, start)
}

/** The object that begins at `start`, in one pass: a string that does not end reaches to the end of the text. */
function balancedObject(text: string, start: number): string | undefined {
  let depth = 0
  let inString = false
  for (let i = start; i < text.length; i++) {
    const character = text[i]
    if (inString && character === '\\') i++
    else if (character === '"') inString = !inString
    else if (inString) continue
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return text.slice(start, i + 1)
  }
  return undefined
}

function inCsv(text: string): Found | undefined {
  const [header = [], first = []] = firstRows(text)
  // The last column: an output may have the same name.
  const json = first[header.lastIndexOf(carriedField)]
  return json === undefined || json === '' ? undefined : { json, carrier: 'csv' }
}

/** The fields of the header and the first row, as far as the text is a table. */
function firstRows(text: string): string[][] {
  try {
    return parseCsvRecords(text, { most: 2 }).map(({ fields }) => fields.map((field) => field.text))
  } catch (error) {
    if (error instanceof ReadError) return []
    throw error
  }
}

function fieldOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, carriedField)) return undefined
  const field = (value as Record<string, unknown>)[carriedField]
  return typeof field === 'object' && field !== null ? field : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const tableOfLines: Foreign = {
  what: 'a table, a row of JSON on each line',
  hint: 'Give it to a batch as its rows: woolgather batch WORKFLOW --rows FILE.',
}

const carriesNone: Issue = {
  code: 'no-workflow',
  message: 'This file carries no workflow.',
  hint: 'Workflows are in files saved by the editor, and in what save nodes, `run --out` and `batch` write.',
}
