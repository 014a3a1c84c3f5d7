import { parentPort, workerData } from 'node:worker_threads'
import { arrangeTokens, unpackTokens, type PackedTokens } from './vocabulary.ts'

/** What `arrangeInThread` starts: arranges the tokens it is given, sends them back, and ends. */
const { bytes, ends, endTokens } = workerData as PackedTokens & { endTokens: readonly number[] }
const arranged = arrangeTokens(unpackTokens({ bytes, ends }), { endTokens })
const { trie, continuing, kinds } = arranged
const arrays = [trie, ...continuing.map((part) => part.trie)].flatMap(
  ({ label, end, depth, firstToken, tokens }) => [label, end, depth, firstToken, tokens],
)
parentPort?.postMessage(
  arranged,
  [...arrays, kinds.low, kinds.high, kinds.height].map(({ buffer }) => buffer as ArrayBuffer),
)
