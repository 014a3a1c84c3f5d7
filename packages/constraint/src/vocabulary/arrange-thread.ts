import { parentPort, workerData } from 'node:worker_threads'
import { arrangeTokens, unpackTokens, type PackedTokens } from './vocabulary.ts'

/** What `arrangeInThread` starts: arranges the tokens it is given, sends them back, and ends. */
const { bytes, ends, endTokens } = workerData as PackedTokens & { endTokens: readonly number[] }
const arranged = arrangeTokens(unpackTokens({ bytes, ends }), { endTokens })
const tries = [arranged.trie, ...arranged.continuing.map(({ trie }) => trie)]
parentPort?.postMessage(arranged, [
  ...tries.flatMap((trie) =>
    [trie.label, trie.end, trie.depth, trie.firstToken, trie.tokens].map(
      ({ buffer }) => buffer as ArrayBuffer,
    ),
  ),
])
