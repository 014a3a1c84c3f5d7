import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createVocabulary, packTokens, useArrangedTokens } from './vocabulary.ts'
import type { ArrangedTokens, Vocabulary, VocabularyOptions } from './vocabulary.ts'

/** Fewer are arranged in about 20 ms, less than a thread takes to start. */
const fewTokens = 8_192

/**
 * `createVocabulary` without holding the event loop: the trie of a large vocabulary is built in a thread of its own.
 * @param tokens bytes of each token, by id
 */
export async function createVocabularyInThread(
  tokens: readonly Uint8Array[],
  options: VocabularyOptions,
): Promise<Vocabulary> {
  if (tokens.length <= fewTokens) return createVocabulary(tokens, options)
  return useArrangedTokens(await arrangeInThread(tokens, options), options.tokenNamed)
}

async function arrangeInThread(
  tokens: readonly Uint8Array[],
  { endTokens }: VocabularyOptions,
): Promise<ArrangedTokens> {
  const worker = new Worker(threadFile(), { workerData: { ...packTokens(tokens), endTokens } })
  try {
    // An error of the thread rejects this, too.
    const [arranged] = (await once(worker, 'message')) as [ArrangedTokens]
    return arranged
  } finally {
    await worker.terminate()
  }
}

/** Threads run built files only, so tests on the sources use those that were built before. */
function threadFile(): URL {
  const onSources = import.meta.url.endsWith('.ts')
  if (onSources) return new URL('../../dist/vocabulary/arrange-thread.js', import.meta.url)
  return new URL('./arrange-thread.js', import.meta.url)
}
