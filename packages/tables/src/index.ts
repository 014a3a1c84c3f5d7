export { csvField } from './csv-field.ts'
export {
  parseCsvRecords,
  readCsvRecords,
  type CsvField,
  type CsvRecord,
  type Dialect,
} from './csv-records.ts'
export { decodeChunks, decodeText } from './decode-text.ts'
export { splitLines, type TextLine } from './json-lines.ts'
export { ReadError, type ReadPlace, type ReadProblem } from './read-error.ts'
export { readTable, type Table, type TableOptions, type TableRow } from './read-table.ts'
