import { loadNative } from '@woolgather/ggml'
import { impossible } from '../sources/refusal.ts'

/**
 * Lets llama.cpp read the header of a file whose tensors are not written yet, which takes it as long as a blink: what it
 * does not load is not made.
 * @throws WoolgatherError merge-impossible
 */
export async function checkLoads(
  file: string,
  hint = 'Take layers of one kind, in an order that their model could have.',
): Promise<void> {
  const reason = await whyNotLoaded(file)
  if (reason !== undefined) throw impossible(`llama.cpp would not load the result: ${reason}.`, hint)
}

/** What llama.cpp has against a header, in its words; undefined where it takes it. */
export async function whyNotLoaded(file: string): Promise<string | undefined> {
  const { api, log } = await loadNative()
  const { result: model, lines } = log.during(() =>
    api.llama_model_load_from_file(file, {
      ...api.llama_model_default_params(),
      n_gpu_layers: 0,
      // Not mapped, no memory for weights: only what is to be where.
      load_mode: 0,
      no_alloc: true,
    }),
  )
  if (model !== null) {
    api.llama_model_free(model)
    return undefined
  }
  const [reason] = lines.flatMap((line) => /error loading model: (.+)/.exec(line)?.[1] ?? [])
  return reason ?? 'it does not say why'
}
