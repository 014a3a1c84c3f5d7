// Bare llama.cpp, on the libraries that Woolgather uses, in a process of its own: what answers are held against.
import koffi from 'koffi'
import { addressOf, loadNative, viewFloats } from '@woolgather/ggml'
import { quantizeWithLlama } from '@woolgather/ggml/testing'

const { api, binary, log } = await loadNative({ gpu: 'cpu' })
const library = koffi.load(binary.libraries.llama)
const embeddingOf = library.func('llama_get_embeddings_seq', 'void *', ['void *', 'int32_t'])
const lengthOf = library.func('llama_model_n_embd_out', 'int32_t', ['void *'])
const poolingOf = library.func('llama_pooling_type', 'int32_t', ['void *'])
/** `LLAMA_POOLING_TYPE_…` */
const pooling = { asTheModelSays: -1, none: 0, mean: 1 }

const answers = {
  tokenize: ({ path, texts, special = false }) =>
    withModel(path, ({ vocabulary }) => texts.map((text) => tokenize(vocabulary, text, special))),

  /**
   * Logits of each sequence of tokens, read from an empty context: of its last `rows` tokens.
   * @param together all in one batch
   * @param places how many sequences the context has room for
   * @param atOnce how many tokens are computed at once
   * @param singly how many of its last tokens are read one by one, as when they are written
   */
  logits: (options) => withModel(options.path, (model) => readLogits(model, options)),

  embed: (options) => withModel(options.path, (model) => embed(model, options)),

  quantize: ({ from, to, type }) => quantizeWithLlama(from, to, type),
}

process.on('message', (question) => void answer(question))

async function answer({ id, name, options }) {
  try {
    process.send({ id, value: await answers[name](options) })
  } catch (error) {
    process.send({ id, error: error.message })
  }
}
process.on('disconnect', () => process.exit(0))

function withModel(path, work) {
  log.clear()
  const pointer = api.llama_model_load_from_file(path, {
    ...api.llama_model_default_params(),
    n_gpu_layers: 0,
  })
  if (pointer === null) throw new Error(`does not load: ${log.last(2).join(' ')}`)
  try {
    return work({ pointer, vocabulary: api.llama_model_get_vocab(pointer) })
  } finally {
    api.llama_model_free(pointer)
  }
}

function withContext({ pointer }, options, work) {
  const context = api.llama_init_from_model(pointer, {
    ...api.llama_context_default_params(),
    n_threads: 1,
    n_threads_batch: 1,
    kv_unified: true,
    ...options,
  })
  if (context === null) throw new Error(`no context: ${log.last(2).join(' ')}`)
  try {
    return work(context)
  } finally {
    api.llama_free(context)
  }
}

function tokenize(vocabulary, text, special) {
  const bytes = Buffer.from(text)
  const tokens = new Int32Array(new ArrayBuffer(4 * (bytes.length + 16)))
  const count = api.llama_tokenize(vocabulary, bytes, bytes.length, tokens, tokens.length, true, special)
  return [...tokens.subarray(0, count)]
}

function readLogits(
  model,
  { sequences, rows, together = false, singly = 0, atOnce = 512, places = 1, lora, vector },
) {
  const groups = together ? [sequences] : sequences.map((one) => [one])
  const longest = Math.max(...groups.map((group) => group.flat().length))
  const options = {
    n_ctx: longest + 64,
    n_batch: longest + 64,
    n_ubatch: atOnce,
    n_seq_max: together ? sequences.length : places,
  }
  const size = api.llama_vocab_n_tokens(model.vocabulary)
  return groups.flatMap((group) =>
    withContext(model, options, (context) => {
      bend(context, model, { lora, vector })
      return readGroup(context, group, { rows, singly, size })
    }),
  )
}

/** Applies a LoRA's file, and a control vector. */
function bend(context, { pointer }, { lora, vector }) {
  if (lora) {
    const adapter = api.llama_adapter_lora_init(pointer, lora)
    if (adapter === null) throw new Error(`the LoRA is refused: ${log.last(2).join(' ')}`)
    const scale = new Float32Array(new ArrayBuffer(4)).fill(1)
    api.llama_set_adapters_lora(context, BigUint64Array.of(adapter), 1, scale)
  }
  if (vector) {
    const { numbers, layers } = vector
    const width = api.llama_model_n_embd(pointer)
    const code = api.llama_set_adapter_cvec(context, numbers, numbers.length, width, 1, layers)
    if (code !== 0) throw new Error('the vector is refused')
  }
}

/** @returns of each sequence, its last rows */
function readGroup(context, group, { rows, singly, size }) {
  const kept = group.map(() => [])
  const head = group.flatMap((tokens, sequence) =>
    tokens
      .slice(0, tokens.length - singly)
      .map((token, position, all) => ({ token, position, sequence, wanted: position >= all.length - rows })),
  )
  const read = (entries) => {
    decode(context, entries)
    for (const [index, { sequence, wanted }] of entries.entries()) {
      if (wanted)
        kept[sequence].push(Float32Array.from(viewFloats(api.llama_get_logits_ith(context, index), size)))
    }
  }
  read(head)
  for (let left = singly; left > 0; left--) {
    read(
      group.map((tokens, sequence) => {
        const position = tokens.length - left
        return { token: tokens[position], position, sequence, wanted: true }
      }),
    )
  }
  return kept.map((all) => all.slice(-rows))
}

function embed(model, { sequences, ...changes }) {
  const most = Math.max(...sequences.map(({ length }) => length))
  const open = (type, work) =>
    withContext(
      model,
      { n_ctx: most + 64, n_batch: most + 64, n_ubatch: most + 64, embeddings: true, pooling_type: type },
      work,
    )
  return sequences.map((tokens) => {
    const type = open(pooling.asTheModelSays, (context) => poolingOf(context))
    return open(type === pooling.none ? pooling.mean : type, (context) => {
      bend(context, model, changes)
      decode(
        context,
        tokens.map((token, position) => ({ token, position, sequence: 0, wanted: true })),
      )
      return unit(viewFloats(embeddingOf(context, 0), lengthOf(model.pointer)))
    })
  })
}

function unit(numbers) {
  const length = Math.hypot(...numbers)
  return Float32Array.from(numbers, (value) => value / length)
}

function decode(context, entries) {
  const count = entries.length
  const ints = (of) => Int32Array.from(entries, of)
  const [tokens, positions, sequences] = ['token', 'position', 'sequence'].map((key) =>
    ints((one) => one[key]),
  )
  const counts = new Int32Array(new ArrayBuffer(4 * count)).fill(1)
  const marks = Int8Array.from(entries, ({ wanted }) => (wanted ? 1 : 0))
  const first = addressOf(sequences)
  const pointers = BigUint64Array.from(entries, (_, index) => first + BigInt(index * 4))
  const code = api.llama_decode(context, {
    n_tokens: count,
    token: addressOf(tokens),
    embd: null,
    pos: addressOf(positions),
    n_seq_id: addressOf(counts),
    seq_id: addressOf(pointers),
    logits: addressOf(marks),
  })
  if (code !== 0) throw new Error(`does not decode (code ${code}): ${log.last(2).join(' ')}`)
}
