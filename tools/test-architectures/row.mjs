import path from 'node:path'
import { load, node, write } from '../test-real/graphs.mjs'
import { check, Refused } from '../test-real/outcome.mjs'
import { BareFails } from './start-bare.mjs'
import { maskToken } from './write-model.mjs'

/** What a log-probability may differ by at least, in nats: sums are rounded otherwise in other batches. */
const least = 0.02

/** What llama.cpp's own may differ by at most: beyond that there is nothing to hold against. */
const most = 0.1

/** What the cells of a row are handed: an architecture's files, and what answers are held against. */
export function rowOf({ formats, attendsToAll, files, bare, runGraph }) {
  const model = files.at('model')
  const named = (file) => path.relative(path.dirname(path.dirname(model)), files.at(file))

  /**
   * What log-probabilities may differ by: four times what llama.cpp's own do where a sequence is read in other steps.
   * @param asked as `bare.ask('logits')` is
   * @throws BareFails where that is so much that there is nothing to hold against
   */
  const allowedFor = async (asked) => {
    const singly = Math.min(asked.rows, ...asked.sequences.map(({ length }) => length - 1))
    const [once, ...others] = await Promise.all(
      [{}, { singly }, { atOnce: 32 }].map((how) => logitsOf({ ...asked, ...how })),
    )
    const [expected, ...got] = [once, ...others].map((all) => all.flat().map(logSoftmax))
    const own = Math.max(...got.map((all) => largest(expected, all)))
    if (own > most)
      throw new BareFails(
        'llama.cpp does not agree with itself: it finds other tokens likely where it reads a text in other steps',
      )
    return Math.max(least, 4 * own)
  }

  const logitsOf = (asked) => bare.ask('logits', { ...asked, places: attendsToAll ? 2 : 1 })

  const row = {
    /** It is made to embed, and writes nothing. */
    embeds: false,
    files,
    formats,
    bare,
    named,
    model: (inputs = {}) => ({ model: load(named('model'), { contextSize: 2048, ...inputs }) }),
    run: (nodes) => runGraph(nodes),

    needs(has, otherwise) {
      if (!has) throw new Refused(otherwise)
    },

    /** Lets a model that was changed answer, in the way it is made for. */
    async answers(held, nodes) {
      if (row.embeds) await row.embedsAs(held, nodes)
      else await row.writes({}, held, nodes)
    },

    /** Holds embeddings against llama.cpp's. */
    async embedsAs({ text, file = 'model', lora, vector }, { last = ['model', 'model'], ...nodes } = {}) {
      const embed = node('generation/embed', { text }, { model: last })
      const outputs = await row.run({ ...row.model(), ...nodes, embed })
      const sequences = await bare.ask('tokenize', { path: model, texts: [text] })
      const [expected] = await bare.ask('embed', { path: files.at(file), sequences, lora, vector })
      const cosine = outputs.embed.list.reduce((sum, value, at) => sum + value * expected[at], 0)
      check(cosine > 0.9999, `cosine ${cosine.toFixed(4)} with llama.cpp’s embedding`)
    },

    /** Writes greedily with the model that `last` names, and holds each token against llama.cpp alone. */
    async writes(settings, held, { last = ['model', 'model'], ...nodes } = {}) {
      const outputs = await row.run({
        ...row.model(),
        ...nodes,
        write: write(held.text, { maxTokens: 8, logprobs: 0, ...settings }, { model: last }),
      })
      await row.hold([{ ...held, tokens: outputs.write.logprobs }])
    },

    /**
     * Holds log-probabilities of tokens that follow a text against llama.cpp's.
     * @param all each with its text (or ids), its tokens; of a LoRA, a vector, or another file
     */
    async hold(all) {
      const texts = all.map(({ text = '' }) => text)
      const prompts = await bare.ask('tokenize', { path: model, texts })
      const { file = 'model', lora, vector } = all[0]
      const rows = Math.max(...all.map(({ tokens }) => tokens.length))
      const sequences = all.map(({ ids, tokens }, index) => [
        ...(ids ?? prompts[index]),
        ...tokens.slice(0, -1).map(({ token }) => token),
      ])
      const asked = { path: files.at(file), sequences, rows, lora, vector }
      const logits = await logitsOf(asked)
      for (const [index, { tokens }] of all.entries()) {
        const of = logits[index].slice(-tokens.length).map(logSoftmax)
        for (const [place, { token, logprob }] of tokens.entries()) {
          const apart = Math.abs(of[place][token] - logprob)
          if (apart <= least) continue
          const allowed = await allowedFor(asked)
          check(
            apart <= allowed,
            `token ${place + 1} has log-probability ${logprob.toFixed(3)}, ${of[place][token].toFixed(3)} in llama.cpp (${allowed.toFixed(3)} allowed)`,
          )
        }
      }
    },

    /**
     * Fills a canvas in one step with the model that `last` names, and holds each token against llama.cpp alone.
     * @param held its prompts and their weights, of whose logits the sums count; of a LoRA, a vector, or another file
     */
    async fills(
      { texts, weights = [1], file = 'model', lora, vector },
      { last = ['model', 'model'], prompt, ...nodes } = {},
    ) {
      const length = 12
      const asked = {
        prompt: texts[0],
        template: 'none',
        length,
        steps: 1,
        temperature: 0,
        end: 'free',
        seed: 1,
      }
      const outputs = await row.run({
        ...row.model(),
        ...nodes,
        fill: node('diffusion/diffuse', asked, { model: last, ...(prompt && { prompt }) }),
        canvas: node('output/preview', {}, { value: ['fill', 'canvas'] }),
        confidence: node('output/preview', {}, { value: ['fill', 'confidence'] }),
      })
      const prompts = await bare.ask('tokenize', { path: model, texts })
      const masks = Array.from({ length }, () => maskToken)
      const sequences = prompts.map((tokens) => [...tokens, ...masks])
      // The row before a place predicts it.
      const logits = await bare.ask('logits', {
        path: files.at(file),
        sequences,
        rows: length + 1,
        lora,
        vector,
      })
      const [{ tokens }] = outputs.canvas.value.parts
      for (const [place, token] of tokens.entries()) {
        const sums = Float64Array.from(logits[0][place], (_, at) =>
          at === maskToken
            ? -Infinity
            : weights.reduce((sum, weight, term) => sum + weight * logits[term][place][at], 0),
        )
        const logprobs = logSoftmax(sums)
        const told = Math.log(outputs.confidence.value[place].probability)
        const apart = Math.max(Math.abs(logprobs[token] - told), Math.max(...logprobs) - logprobs[token])
        check(
          apart <= least,
          `place ${place + 1} has log-probability ${told.toFixed(3)}, ${logprobs[token].toFixed(3)} in llama.cpp`,
        )
      }
    },

    /** Holds the estimate of a text: each token with itself and every fourth masked. */
    async estimates(text, scored) {
      const [prompt] = await bare.ask('tokenize', { path: model, texts: [text] })
      const parts = [0, 1, 2, 3]
      const sequences = parts.map((part) => [
        ...prompt,
        ...scored.map(({ token }, at) => (at % parts.length === part ? maskToken : token)),
      ])
      const logits = await bare.ask('logits', { path: model, sequences, rows: scored.length + 1 })
      for (const [at, { token, logprob }] of scored.entries()) {
        const apart = Math.abs(logSoftmax(logits[at % parts.length][at])[token] - logprob)
        check(apart <= least, `token ${at + 1} is ${apart.toFixed(3)} from llama.cpp’s`)
      }
    },

    /** Whether llama.cpp says the same of a text however it reads it. @throws BareFails */
    async agrees(text) {
      const sequences = await bare.ask('tokenize', { path: model, texts: [text] })
      await allowedFor({ path: model, sequences, rows: 3 })
    },

    /** Holds the first token of a mix of two prompts. */
    async holdMix(texts, weights, [{ token, logprob }]) {
      const sequences = await bare.ask('tokenize', { path: model, texts })
      const asked = { path: model, sequences, rows: 1 }
      const [[first], [second]] = await logitsOf(asked)
      const expected = logSoftmax(first.map((value, at) => weights[0] * value + weights[1] * second[at]))[
        token
      ]
      const apart = Math.abs(expected - logprob)
      check(
        apart <= least || apart <= 2 * (await allowedFor(asked)),
        `the mix has log-probability ${logprob.toFixed(3)}, ${expected.toFixed(3)} in llama.cpp`,
      )
    },

    /** Two files say the same. */
    async same(first, second) {
      if (row.embeds) return row.sameEmbeddings(first, second)
      const sequences = await bare.ask('tokenize', { path: model, texts: ['the old house near the river'] })
      const [a, b] = await Promise.all(
        [first, second].map((file) => logitsOf({ path: file, sequences, rows: 1 })),
      )
      const apart = largest(a.flat(), b.flat())
      check(apart <= least, `logits are ${apart.toFixed(3)} from those of what llama-quantize makes`)
    },

    async sameEmbeddings(first, second) {
      const sequences = await bare.ask('tokenize', { path: model, texts: ['the old house near the river'] })
      const [[a], [b]] = await Promise.all(
        [first, second].map((file) => bare.ask('embed', { path: file, sequences })),
      )
      const apart = largest([a], [b])
      check(apart <= 1e-4, `embeddings are ${apart.toFixed(5)} from those of what llama-quantize makes`)
    },
  }
  return row
}

function logSoftmax(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b))
  const sum = logits.reduce((total, value) => total + Math.exp(value - most), 0)
  return logits.map((value) => value - most - Math.log(sum))
}

const largest = (a, b) =>
  Math.max(...a.map((row, index) => Math.max(...row.map((value, at) => Math.abs(value - b[index][at])))))
