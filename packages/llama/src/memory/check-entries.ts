import type { GgufHeader } from '@woolgather/gguf'
import { LlamaError } from '../contract/error.ts'

/** llama.cpp compares each key of a header with all before it: these take a second, 60,000 half a minute. */
const mostEntries = 8_192

/**
 * Refuses files whose header llama.cpp would read for too long, and could not be stopped in.
 * @throws LlamaError model-unsupported
 */
export function checkEntries(path: string, { metadata }: GgufHeader): void {
  if (metadata.size <= mostEntries) return
  throw new LlamaError(
    'model-unsupported',
    `${path} cannot be loaded: its header has ${metadata.size} keys, and llama.cpp takes at most ${mostEntries} in reasonable time.`,
    { hint: 'Write the file again without what other tools put into its metadata.' },
  )
}
