import { pipeline, Readable } from 'node:stream'
import { CsvError, parse, type Options } from 'csv-parse'
import { parse as parseNow } from 'csv-parse/sync'
import { countLines } from './count-lines.ts'
import { ReadError } from './read-error.ts'

/** A field as it stands: its text, and whether that was in quotes. */
export interface CsvField {
  text: string
  quoted: boolean
}

export interface CsvRecord {
  fields: CsvField[]
  /** Where it begins, from 1. */
  line: number
  /** How many bytes of UTF-8 it and all before it take. */
  end: number
  /** Whether a line break ends it. The last may have none. */
  whole: boolean
}

/** How a table is written. */
export interface Dialect {
  /** One character. */
  delimiter: string
  /** What ends rows; a carriage return by itself does only in files of old Macs. */
  lineEnd: 'line-feed' | 'carriage-return'
  /** Lines that are before the first row. */
  linesBefore?: number
  /** Bytes of the longest row that is read. */
  longest?: number
}

/** Bytes of one row. Longer ones come of a quote that is never closed. */
export const longestRow = 67_108_864

const plainCsv: Dialect = { delimiter: ',', lineEnd: 'line-feed' }

/**
 * Rows of CSV from text that comes in pieces: as RFC 4180 has it, and quotes inside a field that does not begin with one
 * are its text. Empty lines are no rows; `""` is one.
 * @throws ReadError for quotes that do not match, with the line where they open, and for a row without end
 */
export async function* readCsvRecords(
  text: AsyncIterable<string>,
  dialect: Partial<Dialect> = {},
): AsyncGenerator<CsvRecord> {
  const reader = new RecordReader({ ...plainCsv, ...dialect })
  const parser = parse(reader.options)
  pipeline(Readable.from(reader.watch(text)), parser, () => undefined)
  try {
    yield* parser as AsyncIterable<CsvRecord>
  } catch (error) {
    throw reader.explain(error)
  }
}

/**
 * The same of text that is all there; of the first `most` rows.
 * @throws ReadError as `readCsvRecords`
 */
export function parseCsvRecords(
  text: string,
  { most, ...dialect }: Partial<Dialect> & { most?: number } = {},
): CsvRecord[] {
  const reader = new RecordReader({ ...plainCsv, ...dialect })
  try {
    return parseNow(reader.take(text), {
      ...reader.options,
      ...(most !== undefined && { to: most }),
    }) as unknown as CsvRecord[]
  } catch (error) {
    throw reader.explain(error)
  }
}

/**
 * Compares every field that csv-parse finds with the bytes it was read from: what does not give them back was not
 * written as CSV, and spaces beside a field belong to it unless it is in quotes.
 */
class RecordReader {
  readonly options: Options
  readonly #delimiterBytes: number
  readonly #longest: number
  /** Bytes from `#windowStart` on: at least those of the row that is being read. */
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0
  #recordStart = 0
  #fieldStart = 0
  #fieldEnd = 0
  #recordLine: number
  #line: number

  constructor({ delimiter, lineEnd, linesBefore = 0, longest = longestRow }: Dialect) {
    this.#longest = longest
    this.#delimiterBytes = Buffer.byteLength(delimiter)
    this.#recordLine = this.#line = linesBefore + 1
    this.options = {
      delimiter,
      record_delimiter: lineEnd === 'carriage-return' ? ['\r'] : ['\r\n', '\n'],
      max_record_size: longest,
      relax_column_count: true,
      relax_quotes: true,
      ltrim: true,
      rtrim: true,
      cast: (text, { quoting, bytes }) => this.#readField(text, quoting, bytes),
      // Its types know only fields of text.
      on_record: (fields: unknown, { bytes }) => this.#endRecord(fields as CsvField[], bytes) as never,
    }
  }

  async *watch(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
    for await (const piece of text) if (piece !== '') yield this.take(piece)
  }

  take(text: string): Buffer {
    const bytes = Buffer.from(text)
    const kept = this.#window.subarray(this.#recordStart - this.#windowStart)
    this.#window = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
    this.#windowStart = this.#recordStart
    return bytes
  }

  #readField(text: string, quoted: boolean, end: number): CsvField {
    const written = this.#written(this.#fieldStart, end)
    if (quoted && written.trim() !== `"${text.replaceAll('"', '""')}"`) throw this.#badQuotes()
    if (end - this.#recordStart > this.#longest) throw this.#tooLong()
    this.#fieldEnd = end
    this.#fieldStart = end + this.#delimiterBytes
    this.#line += countLines(written)
    return { text: quoted ? text : written, quoted }
  }

  #endRecord(fields: CsvField[], end: number): CsvRecord | null {
    const record = { fields, line: this.#recordLine, end, whole: end > this.#fieldEnd }
    this.#recordStart = this.#fieldStart = end
    this.#recordLine = this.#line += 1
    const [only] = fields
    const isEmpty = fields.length === 1 && only?.text === '' && !only.quoted
    return isEmpty ? null : record
  }

  #written(from: number, to: number): string {
    return this.#window.toString('utf8', from - this.#windowStart, to - this.#windowStart)
  }

  /** What went wrong, in our words. */
  explain(error: unknown): unknown {
    if (!(error instanceof CsvError)) return error
    return error.code === 'CSV_MAX_RECORD_SIZE' ? this.#tooLong() : this.#badQuotes()
  }

  #badQuotes(): ReadError {
    return new ReadError(
      'bad-quotes',
      `A quote opens a field in line ${this.#line} and is not closed at the field’s end.`,
      'Inside a field in quotes, quotes are doubled: "She said ""hello"" to me".',
      { line: this.#line },
    )
  }

  #tooLong(): ReadError {
    return new ReadError(
      'row-too-long',
      `The row with the field that begins in line ${this.#line} is longer than ${this.#longest} bytes.`,
      'Look whether a quote there is never closed.',
      { line: this.#line },
    )
  }
}
