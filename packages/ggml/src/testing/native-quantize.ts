import koffi from 'koffi'
import { loadNative } from '../load-native.ts'

/** `llama_model_quantize_params`, as release v0.4.0 has it. */
const parameters = koffi.struct({
  nthread: 'int32_t',
  ftype: 'int32_t',
  output_tensor_type: 'int32_t',
  token_embedding_type: 'int32_t',
  allow_requantize: 'bool',
  quantize_output_tensor: 'bool',
  only_copy: 'bool',
  pure: 'bool',
  keep_split: 'bool',
  dry_run: 'bool',
  imatrix: 'void *',
  kv_overrides: 'void *',
  tt_overrides: 'void *',
  prune_layers: 'void *',
  max_buf_size: 'size_t',
})

/**
 * What `llama-quantize` does, on the libraries that the tests run on.
 * @param fileType number of the type that is wanted: see `fileTypeNumber`
 */
export async function quantizeWithLlama(from: string, to: string, fileType: number): Promise<void> {
  const { binary } = await loadNative()
  const library = koffi.load(binary.libraries.llama)
  const defaults = library.func('llama_model_quantize_default_params', parameters, []) as () => object
  const quantize = library.func('llama_model_quantize', 'uint32_t', [
    'str',
    'str',
    koffi.pointer(parameters),
  ]) as (from: string, to: string, settings: object) => number
  const settings = { ...defaults(), nthread: 1, ftype: fileType, allow_requantize: true }
  if (quantize(from, to, settings) !== 0) throw new Error(`llama.cpp does not quantise ${from}`)
}
