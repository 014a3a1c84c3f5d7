import { load, node, score } from '../graphs.mjs'
import { check, near } from '../outcome.mjs'
import { neutral } from '../texts.mjs'

export default {
  title: 'quantised',
  against: 'Q8_0: perplexity of the model (within 2 %); Q4_0: the type that the list of models shows',
  async run({ run, file, models }) {
    const save = (type) =>
      node(
        'output/save-model',
        { file: `sizes/${type}.gguf`, type, overwrite: true },
        { model: ['model', 'model'] },
      )
    const made = await run({ model: load(file), eight: save('Q8_0'), four: save('Q4_0') }, ['eight', 'four'])
    const outputs = await run(
      {
        model: load(file),
        saved: load(made.eight.file),
        before: score(neutral),
        after: score(neutral, { model: ['saved', 'model'] }),
      },
      ['before', 'after'],
    )
    const told = near('perplexity', outputs.after.perplexity, outputs.before.perplexity, 0.02)
    const listed = (await models()).find((one) => one.file === made.four.file)
    check(
      listed?.quantization === 'Q4_0',
      `what was saved as Q4_0 is listed as ${listed?.quantization ?? 'nothing'}`,
    )
    return told
  },
}
