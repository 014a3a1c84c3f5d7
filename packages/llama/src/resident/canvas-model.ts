import type { Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import type { DiffusionInfo } from '../contract/interface.ts'
import { CanvasEngine } from '../diffusion/canvas-engine.ts'
import type { CanvasContext } from '../native/canvas-context.ts'
import type { NativeModel } from '../native/native-model.ts'
import { openCanvas } from '../native/open-context.ts'
import type { Resources } from '../memory/choose-resources.ts'

/** Converters write `diffusion.shift_logits` for these; without it their rows would be taken as shifted. */
const saysShift: ReadonlySet<string> = new Set(['llada', 'llada-moe'])

/** What a model has that fills holes: its context, who takes turns at it, and how its rows are to be read. */
export class CanvasModel {
  readonly engine: CanvasEngine
  readonly info: DiffusionInfo
  /** Each text is read alone: its numbers do not depend on what is read beside it. */
  readonly readsAlone: boolean
  readonly #context: CanvasContext

  /** @throws LlamaError model-unsupported where the file names no mask token, model-too-large */
  static async open(
    native: Native,
    model: NativeModel,
    options: { resources: Resources; reproducible: boolean },
  ): Promise<CanvasModel> {
    const told = readInfo(model)
    const { context, textsPerCall } = await openCanvas(native, model, options)
    const info = { ...told, remembers: context.remembers }
    const engine = new CanvasEngine(context, { vocabSize: model.vocabulary.size, textsPerCall })
    return new CanvasModel(context, engine, { info, readsAlone: textsPerCall === 1 })
  }

  private constructor(
    context: CanvasContext,
    engine: CanvasEngine,
    { info, readsAlone }: Pick<CanvasModel, 'info' | 'readsAlone'>,
  ) {
    this.#context = context
    this.engine = engine
    this.info = info
    this.readsAlone = readsAlone
  }

  async dispose(): Promise<void> {
    await this.engine.idle()
    await this.#context[Symbol.asyncDispose]()
  }
}

/** As llama.cpp reads it: rows are shifted where the file does not say that they are not. */
function readInfo(model: NativeModel): Omit<DiffusionInfo, 'remembers'> {
  const { architecture, vocabulary, path } = model
  const said = model.readText('diffusion.shift_logits')
  if (vocabulary.mask >= 0) {
    return {
      maskToken: vocabulary.mask,
      endToken: vocabulary.eos,
      shifted: said !== 'false',
      shiftAssumed: said === '' && saysShift.has(architecture),
    }
  }
  throw new LlamaError(
    'model-unsupported',
    `${path} names no mask token (tokenizer.ggml.mask_token_id), so it cannot be told where its holes are.`,
    { hint: 'Convert the model again with a current llama.cpp, which writes the mask token into the file.' },
  )
}
