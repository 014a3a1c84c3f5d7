import type { Workflow } from './document.ts'

/** What a file that a workflow made calls it: key of the front matter, field of a line, column, part of a result. */
export const carriedField = 'workflow'

/** What a workflow was found in. */
export const carriers = [
  'document',
  'front-matter',
  'jsonl',
  'csv',
  'result',
  'gguf',
  'html',
  'svg',
  'png',
] as const
export type Carrier = (typeof carriers)[number]

/** The id of the element that has it, in HTML and in SVG. */
export const carriedId = 'woolgather-workflow'

/** What the end of an address begins with that holds a workflow: JSON, deflated, as base64url. */
export const linkBeginning = '#workflow='
/** What it begins with where it names the workflow that the server was started with, by its id there. */
export const openedBeginning = '#opened='
/** Characters of such an end that are read: far more than programs pass on. */
export const mostLinkRead = 100_000

/** A text file of which kind can carry its workflow inside without its readers taking offence. */
export type TextCarrier = 'front-matter' | 'jsonl'

/** How a text file of this name carries its workflow; undefined: only a file beside it can. */
export function carrierOf(fileName: string): TextCarrier | undefined {
  const extension = /\.([^./\\]*)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''
  if (['', 'txt', 'text', 'md', 'markdown'].includes(extension)) return 'front-matter'
  return extension === 'jsonl' || extension === 'ndjson' ? 'jsonl' : undefined
}

/** Text that carries the workflow it was made by; undefined where text of this kind has no room for it. */
export function carryWorkflow(text: string, carrier: TextCarrier, workflow: Workflow): string | undefined {
  return carrier === 'front-matter' ? withFrontMatter(text, workflow) : withField(text, workflow)
}

/** A line of YAML (JSON is YAML) between lines of dashes; front matter that the text has already is kept. */
function withFrontMatter(text: string, workflow: Workflow): string {
  const line = `${carriedField}: ${JSON.stringify(workflow)}\n`
  const own = /^---\r?\n(?=[\w-]+:)(?=[^]*?\n---(\r?\n|$))/.exec(text)?.[0]
  return own === undefined ? `---\n${line}---\n${text}` : `${own}${line}${text.slice(own.length)}`
}

/** A field more in the first line, where that is an object. */
function withField(text: string, workflow: Workflow): string | undefined {
  const end = text.indexOf('\n') === -1 ? text.length : text.indexOf('\n')
  try {
    const first: unknown = JSON.parse(text.slice(0, end))
    if (typeof first !== 'object' || first === null || Array.isArray(first)) return undefined
    return JSON.stringify({ ...first, [carriedField]: workflow }) + text.slice(end)
  } catch {
    return undefined
  }
}

/** The element that carries a workflow where nobody sees it: a block of data in HTML, metadata in SVG. */
export function workflowElement(workflow: Workflow, carrier: 'html' | 'svg'): string {
  const json = inMarkup(JSON.stringify(workflow))
  return carrier === 'html'
    ? `<script type="application/json" id="${carriedId}">${json}</script>`
    : `<metadata id="${carriedId}">${json}</metadata>`
}

/** JSON in which nothing is markup or forbidden in XML, whatever its texts say: it is the same JSON. */
function inMarkup(json: string): string {
  return json.replaceAll(
    /[<>&\u2028\u2029\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
