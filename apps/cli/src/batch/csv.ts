/** One row of CSV, and how many characters of the text it and all before it take. */
export interface CsvRow {
  fields: string[]
  end: number
}

/**
 * Rows of CSV as RFC 4180 has it, from text that comes in pieces: quotes around fields with commas, line breaks or
 * doubled quotes in them. A row without a line break at its end counts only where `last` is true.
 */
export async function* parseCsv(
  chunks: AsyncIterable<string>,
  { last = true }: { last?: boolean } = {},
): AsyncGenerator<CsvRow> {
  let fields: string[] = []
  let field = ''
  let state: 'plain' | 'quoted' | 'quote' = 'plain'
  let position = 0
  let rowBegan = true
  const finished: CsvRow[] = []

  const endField = (): void => {
    fields.push(field)
    field = ''
    state = 'plain'
  }
  const endRow = (): void => {
    if (state === 'plain' && field.endsWith('\r')) field = field.slice(0, -1)
    endField()
    // an empty line is no row
    if (fields.length > 1 || fields[0] !== '') finished.push({ fields, end: position })
    fields = []
    rowBegan = true
  }

  for await (const chunk of chunks) {
    for (const char of chunk) {
      position += char.length
      if (rowBegan && position === 1 && char === '\uFEFF') continue
      rowBegan = false
      if (state === 'quoted') {
        if (char === '"') state = 'quote'
        else field += char
      } else if (state === 'quote' && char === '"') {
        field += '"'
        state = 'quoted'
      } else if (char === ',') endField()
      else if (char === '\n') endRow()
      else if (state === 'plain' && char === '"' && field === '') state = 'quoted'
      else if (state === 'plain') field += char
    }
    yield* finished.splice(0)
  }
  if (last && !rowBegan) {
    endRow()
    yield* finished
  }
}

/** A field as CSV has it, in quotes where it needs them. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
