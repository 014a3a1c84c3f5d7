import { cellsOf, load, node, score, seedAxis, seeds, write } from '../test-real/graphs.mjs'
import { check, Wrong } from '../test-real/outcome.mjs'

export const prompt = 'the old house near the river'
export const other = 'and a happy one was there'
const prefix = 'the old house near the river and the old river near the house '
const long = prefix.repeat(12)
const endings = ['', 'then', 'no, never']

/** A column of the table: what is done, and what its answer is held against. */
export const cells = {
  /** Generates, or embeds: whichever the model is made for. */
  async load(row) {
    try {
      await row.run({ ...row.model(), write: write(prompt, { maxTokens: 1 }) })
    } catch (error) {
      await row.run({ ...row.model(), embed: embedded(prompt) }).catch(() => {
        throw error
      })
      row.embeds = true
    }
  },

  async generate(row) {
    await row.writes({}, { text: prompt })
  },

  async batch(row) {
    for (const reproducible of [true, false]) {
      const settings = { temperature: 0.8, maxTokens: 6, logprobs: 0 }
      const model = row.model({ reproducible })
      const together = await row.run({
        ...model,
        seeds: seedAxis,
        write: write(prompt, settings, { seed: ['seeds', 'value'] }),
      })
      const written = cellsOf(together.write.logprobs)
      if (!reproducible) {
        await row.hold(written.map((tokens) => ({ text: prompt, tokens })))
        continue
      }
      for (const [index, seed] of seeds.entries()) {
        const alone = await row.run({ ...model, write: write(prompt, { ...settings, seed }) })
        if (JSON.stringify(alone.write.logprobs) === JSON.stringify(written[index])) continue
        await row.agrees(prompt)
        throw new Wrong(`seed ${seed} of a batch is not what it is alone (reproducible)`)
      }
    }
  },

  /** Several prompts begin alike; then again, when the beginning was kept. */
  async prefix(row) {
    const prompts = endings.map((end) => prefix + end)
    const writers = prompts.map((text, index) => [
      `write${index}`,
      write(text, { maxTokens: 4, logprobs: 0 }),
    ])
    for (let round = 0; round < 2; round++) {
      const outputs = await row.run({ ...row.model(), ...Object.fromEntries(writers) })
      await row.hold(prompts.map((text, index) => ({ text, tokens: outputs[`write${index}`].logprobs })))
    }
  },

  async long(row) {
    await row.writes({ maxTokens: 3 }, { text: long })
  },

  async chat(row) {
    for (const template of row.formats) {
      const asked = { prompt: other, system: 'be happy', template }
      const outputs = await row.run({
        ...row.model(),
        written: node('generation/written-prompt', asked, { model: ['model', 'model'] }),
        write: write(other, { ...asked, maxTokens: 4, logprobs: 0 }),
      })
      const [tokens] = await row.bare.ask('tokenize', {
        path: row.files.at('model'),
        texts: [outputs.written.prompt],
        special: true,
      })
      const read = outputs.written.tokens.map(({ id }) => id)
      check(String(read) === String(tokens), `${template} is read as other tokens than llama.cpp’s`)
      await row.hold([{ ids: read, tokens: outputs.write.logprobs }])
    }
  },

  async lora(row) {
    row.needs(row.files.hasLora, 'It has none of the matrices that LoRAs are usually trained for.')
    await row.answers({ text: prompt, lora: row.files.at('lora') }, applied(row))
  },

  async bake(row) {
    row.needs(row.files.hasLora, 'It has none of the matrices that LoRAs are usually trained for.')
    const made = {
      bake: node('lora/bake', { type: 'F32' }, { model: ['model', 'model'], loras: [['lora', 'lora']] }),
    }
    await row.answers({ text: prompt, file: 'baked' }, { ...lora(row), ...made, last: ['bake', 'model'] })
  },

  async merge(row) {
    const made = {
      second: load(row.named('other')),
      merge: node('merging/weighted-sum', {}, { first: ['model', 'model'], second: ['second', 'model'] }),
    }
    await row.answers({ text: prompt, file: 'average' }, { ...made, last: ['merge', 'model'] })
  },

  /** What is saved is held against what llama-quantize makes of the same file. */
  async quantise(row) {
    for (const [type, number] of Object.entries({ Q8_0: 7, Q4_K_M: 15 })) {
      const save = { file: row.named(`saved-${type}`), type, overwrite: true }
      await row.run({ ...row.model(), save: node('output/save-model', save, { model: ['model', 'model'] }) })
      const expected = row.files.at(`expected-${type}`)
      await row.bare.ask('quantize', { from: row.files.at('model'), to: expected, type: number })
      await row.same(row.files.at(`saved-${type}`), expected)
    }
  },

  /** A vector that is added, and one that is trained from texts of several lengths. */
  async steer(row) {
    row.needs(row.files.layers > 1, 'It has one block, and the first cannot be steered.')
    const steered = {
      vector: node('steering/load-vector', { file: row.named('vector') }),
      steer: node('steering/steer', {}, { model: ['model', 'model'], vector: ['vector', 'vector'] }),
    }
    const vector = { numbers: row.files.vector, layers: row.files.layers - 1 }
    await row.answers({ text: prompt, vector }, { ...steered, last: ['steer', 'model'] })
    const trained = await row.run({
      ...row.model(),
      train: node(
        'steering/control-vector',
        { positive: [prompt, other], negative: ['sad', 'no'], read: 'text', template: 'none', scale: 'raw' },
        { model: ['model', 'model'] },
      ),
      layers: node('output/preview', {}, { value: ['train', 'layers'] }),
    })
    check(trained.layers.value.length === row.files.layers - 1, `blocks trained: ${trained.layers.value}`)
  },

  async mix(row) {
    const guidance = 1.5
    const outputs = await row.run({
      ...row.model(),
      negative: node('steering/negative', { prompt, negative: other, guidance }),
      write: write('', { maxTokens: 1, logprobs: 0, plausibility: 0 }, { prompt: ['negative', 'mix'] }),
    })
    await row.holdMix([prompt, other], [guidance, 1 - guidance], outputs.write.logprobs)
  },

  async constrain(row) {
    const pattern = '(yes|no) [a-z]{3}'
    const outputs = await row.run({
      ...row.model(),
      form: node('steering/regex', { pattern }),
      write: write(prompt, {}, { constraint: ['form', 'constraint'] }),
    })
    const { text } = outputs.write
    check(new RegExp(`^${pattern}$`).test(text.trim()), `“${text}” does not match ${pattern}`)
  },

  async score(row) {
    const outputs = await row.run({ ...row.model(), score: score(' and more', undefined, { prompt }) })
    await row.hold([{ text: prompt, tokens: outputs.score.logprobs }])
  },

  async embed(row) {
    for (const text of [prompt, long]) await row.embedsAs({ text })
  },
}

const embedded = (text) => node('generation/embed', { text }, { model: ['model', 'model'] })
export const lora = (row) => ({ lora: node('lora/load', { file: row.named('lora') }) })
export const applied = (row) => ({
  ...lora(row),
  apply: node('lora/apply', {}, { model: ['model', 'model'], lora: ['lora', 'lora'] }),
  last: ['apply', 'model'],
})
