import koffi from 'koffi'
import { parsePrototype, toKoffiType } from './bind.ts'
import { prototypes, type CApi } from './c-api.ts'
import { setCallMemory } from './call-memory.ts'

/** The part of the C API that stores numbers in tensor types and reads them again. */
export type QuantizerApi = Pick<
  CApi,
  'ggml_blck_size' | 'ggml_row_size' | 'ggml_quantize_chunk' | 'ggml_get_type_traits'
>

const names = ['ggml_blck_size', 'ggml_row_size', 'ggml_quantize_chunk', 'ggml_get_type_traits'] as const

/**
 * Binds that part alone, for threads: the log callback and the backends that `loadNative` registers belong to the
 * main thread, which must have called it before.
 * @param library `ggmlBase` of the binary that the main thread loaded
 */
export function loadQuantizer(library: string): QuantizerApi {
  setCallMemory()
  const handle = koffi.load(library)
  const bound = names.map((name) => {
    const { result, args } = parsePrototype(prototypes[name])
    return [
      name,
      handle.func(
        name,
        toKoffiType(result),
        args.map((arg) => toKoffiType(arg)),
      ),
    ]
  })
  return Object.fromEntries(bound) as QuantizerApi
}
