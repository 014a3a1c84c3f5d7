import { ggmlTypes, type GgmlType } from './ggml-types.ts'
import { GgufError } from './gguf-error.ts'
import type { GgufHeader, TensorEntry } from './read-header.ts'

export interface MeasuredTensor {
  name: string
  /** Row length first, as ggml orders them. */
  shape: readonly number[]
  /** Number of the ggml type. */
  type: number
  elements: number
  rowLength: number
  rows: number
  rowBytes: number
  bytes: number
  /** Bytes from the start of the file. */
  start: number
}

const againHint = 'The download or copy was cut short: get the file again.'

/**
 * Size and place of every tensor, in the header's order, each found to be of a known type and a possible shape, to
 * lie within the file, to begin where the alignment wants it, and to share its bytes and name with no other.
 *
 * @throws GgufError
 */
export function measureTensors(header: GgufHeader): MeasuredTensor[] {
  const tensors = header.tensors.map((tensor) => measureTensor(tensor, header.dataOffset))
  for (const tensor of tensors) checkPlace(tensor, header)
  checkNames(tensors)
  checkOverlap(tensors)
  return tensors
}

function measureTensor({ name, shape, type, offset }: TensorEntry, dataOffset: number): MeasuredTensor {
  const sizes = measureShape(name, shape, type)
  return { name, shape, type, ...sizes, start: dataOffset + offset }
}

/**
 * Elements and bytes of a tensor of this type.
 * @throws GgufError where the type is unknown, the shape impossible, or its rows are not whole blocks
 */
export function measureShape(
  name: string,
  shape: readonly number[],
  number: number,
): Pick<MeasuredTensor, 'elements' | 'rowLength' | 'rows' | 'rowBytes' | 'bytes'> {
  const type = ggmlTypes.get(number) ?? refuseType(name, number)
  const elements = shape.reduce((product, size) => product * size, 1)
  const [rowLength = 0] = shape
  if (rowLength === 0 || elements === 0 || elements > Number.MAX_SAFE_INTEGER) {
    throw new GgufError(`the tensor ${name} has the impossible shape ${shape.join(' × ')}`)
  }
  const rows = elements / rowLength
  const rowBytes = (rowLength / type.elements) * type.bytes
  checkBlocks(name, rowLength, type)
  return { elements, rowLength, rows, rowBytes, bytes: rows * rowBytes }
}

function refuseType(name: string, number: number): never {
  throw new GgufError(
    `the tensor ${name} has type ${number}, which this version of llama.cpp does not know`,
    { hint: 'Look for a file in one of the usual quantisations (Q4_K_M, Q8_0, F16).' },
  )
}

function checkBlocks(name: string, rowLength: number, type: GgmlType): void {
  if (rowLength % type.elements === 0) return
  throw new GgufError(
    `the tensor ${name} has rows of ${rowLength}, which ${type.name} cannot hold (blocks of ${type.elements})`,
  )
}

function checkPlace({ name, start, bytes }: MeasuredTensor, header: GgufHeader): void {
  const end = start + bytes
  if (end > header.fileBytes) {
    throw new GgufError(`the tensor ${name} ends at byte ${end}, but the file has ${header.fileBytes}`, {
      hint: againHint,
    })
  }
  const offset = start - header.dataOffset
  if (offset % header.alignment !== 0) {
    throw new GgufError(
      `the tensor ${name} begins at offset ${offset}, which is no multiple of ${header.alignment}`,
    )
  }
}

function checkNames(tensors: readonly MeasuredTensor[]): void {
  const seen = new Set<string>()
  for (const { name } of tensors) {
    if (seen.has(name)) throw new GgufError(`two of its tensors are called ${name}`)
    seen.add(name)
  }
}

function checkOverlap(tensors: readonly MeasuredTensor[]): void {
  const placed = tensors.toSorted((a, b) => a.start - b.start)
  for (const [index, tensor] of placed.entries()) {
    const next = placed[index + 1]
    if (next === undefined || tensor.start + tensor.bytes <= next.start) continue
    throw new GgufError(`the tensors ${tensor.name} and ${next.name} overlap in the file`)
  }
}
