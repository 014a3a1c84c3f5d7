import {
  dequantizeRows,
  loadQuantizer,
  quantizeRows,
  type QuantizerApi,
  type TensorType,
} from '@woolgather/ggml/quantizer'
import {
  alignRows,
  findNonFinite,
  MergeError,
  planChunks,
  startMerge,
  type Chunk,
  type MergeSettings,
  type TensorInputs,
  type VocabularyPlan,
} from '@woolgather/merge'
import { writeAllSync } from '@woolgather/disk'
import { bakeRows, type Bakes } from './bake-rows.ts'
import { closeSync, openSync, readSync } from 'node:fs'

/** Where a tensor lies in a file, and what is added to it. */
export interface StoredTensor {
  path: string
  start: number
  /** Undefined of numbers that are no weights, which are only copied. */
  type: TensorType | undefined
  rowBytes: number
  /** Its name and shape in its model, by which LoRAs know it. */
  name: string
  shape: readonly number[]
  bakes: Bakes
  /** Where each of its rows lies, where they lie in another order. */
  order?: Uint32Array
  /** What is added to each weight. */
  plus?: number
  /** Name of the model in the vocabulary plan. */
  model: string
}

/** One tensor to be made: read from several files, merged, and written to its place in another. */
export interface TensorJob {
  kind: 'tensor'
  /** Path of the native library that converts types. */
  library: string
  inputs: TensorInputs
  settings: MergeSettings
  models: readonly StoredTensor[]
  base?: StoredTensor
  /** Where rows stand for tokens that the models have in different places. */
  vocabulary?: VocabularyPlan
  /** The result is this tensor byte for byte. */
  copy?: StoredTensor
  output: { path: string; start: number; type: TensorType | undefined; rowBytes: number }
  /** Bytes of 32-bit floats to be held at once. */
  memory: number
}

/** What is converted and written in one go stays in the processor's cache. */
const pieceBytes = 1_048_576
/** The largest number that 16 bits hold. */
const largestHalf = 65_504

let quantizer: { library: string; api: QuantizerApi } | undefined

/**
 * What became of a change that was baked into a tensor, in sums of squares over its elements: rounding to few bits may
 * undo a small change, and adds changes of its own.
 */
export interface BakedChange {
  /** Of the change that was asked for. */
  wanted: number
  /** Of the change, times what is there of it: as much as `wanted` where all is. */
  kept: number
  /** Of what is stored otherwise than it was to be. */
  error: number
}

/** @throws MergeError, or the file system's error */
export function workOnTensor(job: TensorJob): BakedChange | undefined {
  if (quantizer?.library !== job.library) {
    quantizer = { library: job.library, api: loadQuantizer(job.library) }
  }
  const files = new OpenFiles()
  try {
    if (job.copy === undefined) return merge(job, quantizer.api, files)
    copy(job, job.copy, files)
    return undefined
  } finally {
    files.close()
  }
}

function merge(job: TensorJob, api: QuantizerApi, files: OpenFiles): BakedChange | undefined {
  const { inputs, models, base, output, memory } = job
  const { columns } = inputs
  const { type } = output
  if (type === undefined) throw new RangeError(`${inputs.name} holds no weights`)
  const sources = [...models, ...(base ? [base] : [])]
  const readers = sources.map((source, index) => new TensorReader(job, source, index, files))
  const work = startMerge(job.settings, inputs)
  // A tensor that is looked at several times is kept where it fits, so that it is read once.
  const bytes = work.scanning ? memory / sources.length : pieceBytes
  const chunks = planChunks(inputs, bytes)
  let held = -1
  const read = (firstRow: number, rows: number): Chunk => {
    const values = readers.map((reader) => (held === firstRow ? reader.held : reader.read(firstRow, rows)))
    held = firstRow
    return {
      firstRow,
      rows,
      models: values.slice(0, models.length),
      ...(base && { base: values[models.length]! }),
    }
  }
  while (work.scanning) {
    for (const { firstRow, rows } of chunks) work.scan(read(firstRow, rows))
    work.endScan()
  }
  const target = files.open(output.path, 'r+')
  const [baked] = isBaked(job) ? models : []
  const change: BakedChange = { wanted: 0, kept: 0, error: 0 }
  for (const { firstRow, rows } of chunks) {
    const chunk = read(firstRow, rows)
    for (const piece of planChunks({ rows, columns }, pieceBytes)) {
      const cut = (values: Float32Array): Float32Array =>
        values.subarray(piece.firstRow * columns, (piece.firstRow + piece.rows) * columns)
      const merged = floatsFor('output', piece.rows * columns)
      const row = firstRow + piece.firstRow
      work.write(
        {
          firstRow: row,
          rows: piece.rows,
          models: chunk.models.map(cut),
          ...(chunk.base && { base: cut(chunk.base) }),
        },
        merged,
      )
      if (type === 'F16') checkHalf(merged, inputs)
      const stored = bytesFor('stored', piece.rows * output.rowBytes)
      quantizeRows(api, type, merged, columns, stored)
      writeAllSync(target, stored, output.start + row * output.rowBytes)
      if (baked === undefined) continue
      const before = floatsFor('before', merged.length)
      readPlainRows(baked, row, piece.rows, columns, files, before)
      const after = floatsFor('after', merged.length)
      dequantizeRows(api, type, stored, columns, after)
      noteChange(change, before, merged, after)
    }
  }
  return baked && change
}

const floats: readonly TensorType[] = ['F32', 'F16', 'BF16']

/** Whether LoRAs are baked into this tensor alone, and it is rounded to few bits then. */
function isBaked({ models, base, vocabulary, output }: TensorJob): boolean {
  const [model] = models
  if (model === undefined || models.length > 1 || base || vocabulary) return false
  return model.bakes.has(model.name) && output.type !== undefined && !floats.includes(output.type)
}

function noteChange(
  change: BakedChange,
  before: Float32Array,
  wanted: Float32Array,
  after: Float32Array,
): void {
  for (let i = 0; i < wanted.length; i++) {
    const asked = wanted[i]! - before[i]!
    change.wanted += asked * asked
    change.kept += asked * (after[i]! - before[i]!)
    change.error += (after[i]! - wanted[i]!) ** 2
  }
}

/** @throws MergeError merge-not-finite */
function checkHalf(values: Float32Array, { name }: TensorInputs): void {
  let beyond = false
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]!) > largestHalf) beyond = true
  if (!beyond) return
  throw new MergeError(
    'merge-not-finite',
    `${name} holds numbers beyond ${largestHalf} when merged, the largest that F16 can store`,
    { hint: 'Choose BF16 or F32 as the output type, or smaller weights.' },
  )
}

/** Byte for byte, after a look for numbers that are none. */
function copy(job: TensorJob, source: StoredTensor, files: OpenFiles): void {
  const { inputs, output } = job
  const { rows, columns } = inputs
  const target = files.open(output.path, 'r+')
  for (const piece of planChunks({ rows, columns }, pieceBytes)) {
    const raw = readRaw(source, piece.firstRow, piece.rows, files)
    if (source.type !== undefined) {
      const values = floatsFor('output', piece.rows * columns)
      dequantizeRows(quantizer!.api, source.type, raw, columns, values)
      checkFinite(values, piece.firstRow, source, inputs)
    }
    writeAllSync(target, raw, output.start + piece.firstRow * output.rowBytes)
  }
}

function checkFinite(
  values: Float32Array,
  firstRow: number,
  { model }: StoredTensor,
  inputs: TensorInputs,
): void {
  const index = findNonFinite(values)
  if (index < 0) return
  const row = firstRow + Math.floor(index / inputs.columns)
  throw new MergeError(
    'merge-not-finite',
    `${inputs.name} of ${model} holds ${values[index]} (row ${row}, column ${index % inputs.columns})`,
    { hint: 'The model is damaged; get it again or leave it out.' },
  )
}

/** Reads rows of one model's tensor as 32-bit floats, and keeps what it read last. */
class TensorReader {
  held: Float32Array = new Float32Array(0)
  readonly #job: TensorJob
  readonly #source: StoredTensor
  readonly #index: number
  readonly #files: OpenFiles

  constructor(job: TensorJob, source: StoredTensor, index: number, files: OpenFiles) {
    this.#job = job
    this.#source = source
    this.#index = index
    this.#files = files
  }

  read(firstRow: number, rows: number): Float32Array {
    const { inputs, vocabulary } = this.#job
    this.held = floatsFor(`source ${this.#index}`, rows * inputs.columns)
    if (vocabulary === undefined)
      readRows(this.#source, firstRow, rows, inputs.columns, this.#files, this.held)
    else this.#align(vocabulary, firstRow)
    return this.held
  }

  /** Row by row, as every token may be anywhere. */
  #align(plan: VocabularyPlan, firstRow: number): void {
    const { inputs, models, base } = this.#job
    const row = floatsFor('row', inputs.columns)
    const sources = new Map([...models, ...(base ? [base] : [])].map((source) => [source.model, source]))
    const readRow = (model: string, index: number): Float32Array => {
      readRows(sources.get(model)!, index, 1, inputs.columns, this.#files, row)
      return row
    }
    alignRows(plan, this.#source.model, firstRow, inputs.columns, readRow, this.held)
  }
}

function readRows(
  source: StoredTensor,
  firstRow: number,
  rows: number,
  columns: number,
  files: OpenFiles,
  values: Float32Array,
): void {
  readPlainRows(source, firstRow, rows, columns, files, values)
  bakeRows(source.bakes, source, firstRow, values)
}

/** As they are in the file, without what is baked into them. */
function readPlainRows(
  source: StoredTensor,
  firstRow: number,
  rows: number,
  columns: number,
  files: OpenFiles,
  values: Float32Array,
): void {
  const { type } = source
  if (type === undefined) throw new RangeError(`${source.name} holds no weights`)
  for (const piece of planChunks({ rows, columns }, pieceBytes)) {
    const part = values.subarray(piece.firstRow * columns, (piece.firstRow + piece.rows) * columns)
    const raw = readRaw(source, firstRow + piece.firstRow, piece.rows, files)
    dequantizeRows(quantizer!.api, type, raw, columns, part)
    const { plus = 0 } = source
    if (plus !== 0) for (let i = 0; i < part.length; i++) part[i]! += plus
  }
}

function readRaw(
  { path, start, rowBytes, order }: StoredTensor,
  firstRow: number,
  rows: number,
  files: OpenFiles,
): Uint8Array {
  const raw = bytesFor('raw', rows * rowBytes)
  const file = files.open(path, 'r')
  if (order === undefined) fill(raw, file, start + firstRow * rowBytes, path)
  else {
    for (let row = 0; row < rows; row++) {
      const place = start + order[firstRow + row]! * rowBytes
      fill(raw.subarray(row * rowBytes, (row + 1) * rowBytes), file, place, path)
    }
  }
  return raw
}

function fill(target: Uint8Array, file: number, position: number, path: string): void {
  for (let done = 0; done < target.length;) {
    const read = readSync(file, target, done, target.length - done, position + done)
    if (read === 0) throw new Error(`${path} ends in the middle of a tensor`)
    done += read
  }
}

/** Memory by what it is for, kept from tensor to tensor: collecting it anew each time would let it pile up. */
const memory = new Map<string, ArrayBuffer>()

function bytesFor(purpose: string, bytes: number): Uint8Array {
  const known = memory.get(purpose)
  if (known !== undefined && known.byteLength >= bytes) return new Uint8Array(known, 0, bytes)
  memory.delete(purpose)
  const fresh = new ArrayBuffer(bytes)
  memory.set(purpose, fresh)
  return new Uint8Array(fresh)
}

function floatsFor(purpose: string, count: number): Float32Array {
  const { buffer } = bytesFor(purpose, count * Float32Array.BYTES_PER_ELEMENT)
  return new Float32Array(buffer, 0, count)
}

/** Files by their paths, open until all are closed. */
class OpenFiles {
  readonly #open = new Map<string, number>()

  open(path: string, mode: 'r' | 'r+'): number {
    const known = this.#open.get(path)
    if (known !== undefined) return known
    const file = openSync(path, mode)
    this.#open.set(path, file)
    return file
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file)
  }
}
