import { ggmlTypes } from './ggml-types.ts'
import { HeaderProblem, type GgufHeader, type TensorEntry } from './read-header.ts'

export interface TensorSize {
  name: string
  elements: number
  bytes: number
}

const againHint = 'The download or copy was cut short: get the file again.'

/**
 * Size of every tensor, each found to lie within the file.
 *
 * @throws HeaderProblem
 */
export function measureTensors(header: GgufHeader): TensorSize[] {
  const room = header.fileBytes - header.dataOffset
  return header.tensors.map((tensor) => {
    const size = measure(tensor)
    if (tensor.offset + size.bytes > room) {
      const wanted = header.dataOffset + tensor.offset + size.bytes
      throw new HeaderProblem(
        `the tensor ${tensor.name} ends at byte ${wanted}, but the file has ${header.fileBytes}`,
        againHint,
      )
    }
    return size
  })
}

function measure(tensor: TensorEntry): TensorSize {
  const type = ggmlTypes.get(tensor.type)
  if (type === undefined) {
    throw new HeaderProblem(
      `the tensor ${tensor.name} has type ${tensor.type}, which this version of llama.cpp does not know`,
      'Look for a file in one of the usual quantisations (Q4_K_M, Q8_0, F16).',
    )
  }
  const row = tensor.shape[0] ?? 1
  const elements = tensor.shape.reduce((product, size) => product * size, 1)
  if (tensor.shape.length === 0 || elements === 0 || elements > Number.MAX_SAFE_INTEGER) {
    throw new HeaderProblem(`the tensor ${tensor.name} has the impossible shape ${tensor.shape.join(' × ')}`)
  }
  if (row % type.elements !== 0) {
    throw new HeaderProblem(
      `the tensor ${tensor.name} has rows of ${row}, which ${type.name} cannot hold (blocks of ${type.elements})`,
    )
  }
  return { name: tensor.name, elements, bytes: (elements / type.elements) * type.bytes }
}
