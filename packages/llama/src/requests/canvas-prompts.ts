import { LlamaError } from '../contract/error.ts'
import type { DiffuseRequest } from '../contract/diffusing.ts'
import type { CanvasPrompt } from '../diffusion/canvas-reader.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { asMix } from './prepare-terms.ts'

export interface CanvasPrompts {
  prompts: CanvasPrompt[]
  release: () => void
}

/**
 * The prompts that a canvas is filled behind. Guidance adds the same canvas behind a prompt of masks, which says nothing.
 * @throws LlamaError invalid-mix, context-too-long, and what reading prompts and adapters throws
 */
export async function readPrompts(
  model: ResidentModel,
  request: Pick<DiffuseRequest, 'prompt' | 'canvas' | 'adapters' | 'vectors'>,
  guidance: number,
): Promise<CanvasPrompts> {
  const { terms } = asMix(request.prompt)
  checkTerms(model, terms)
  const used: { release: () => void }[] = []
  const release = (): void => {
    used.forEach((steering) => steering.release())
    model.trimAdapters()
  }
  try {
    const prompts: CanvasPrompt[] = []
    for (const { prompt: asked, coefficient, ...own } of terms) {
      const prompt = await readPrompt(model, asked)
      checkLength(model, prompt.length, request.canvas.length)
      const { adapters = request.adapters, vectors = request.vectors } = own
      const steering = await model.acquireSteering({ adapters, vectors })
      used.push(steering)
      const counts = typeof coefficient === 'function' ? coefficient : (): number => coefficient
      prompts.push({ prompt, steering, coefficient: (step) => guidance * counts(step) })
    }
    if (guidance !== 1) prompts.push(unprompted(model, prompts[0]!, guidance))
    return { prompts, release }
  } catch (error) {
    release()
    throw error
  }
}

/** An empty text is a prompt, too: then the canvas stands alone. */
async function readPrompt(
  model: ResidentModel,
  prompt: DiffuseRequest['prompt'] & ({ text: string } | { tokens: readonly number[] }),
): Promise<number[]> {
  const isEmpty = 'text' in prompt ? prompt.text === '' : prompt.tokens.length === 0
  return isEmpty && !model.vocabulary.addsBos ? [] : await model.reader.prompt(prompt)
}

function unprompted(
  model: ResidentModel,
  { prompt, steering }: CanvasPrompt,
  guidance: number,
): CanvasPrompt {
  const { maskToken } = model.canvas.info
  return { prompt: prompt.map(() => maskToken), steering, coefficient: () => 1 - guidance }
}

function checkTerms(model: ResidentModel, terms: ReturnType<typeof asMix>['terms']): void {
  if (terms.length === 0) throw new LlamaError('invalid-mix', 'The mix has no prompts.')
  if (terms.some((term) => term.model !== undefined)) {
    throw new LlamaError(
      'invalid-mix',
      'The mix names another model; a canvas is filled by one model at a time.',
      { hint: `Leave the prompts of the mix to ${model.info.name}.` },
    )
  }
  const wrong = terms.findIndex(
    ({ coefficient }) => typeof coefficient === 'number' && !Number.isFinite(coefficient),
  )
  if (wrong !== -1)
    throw new LlamaError('invalid-mix', `The coefficient of prompt ${wrong + 1} is no number.`)
}

/** @throws LlamaError context-too-long */
export function checkLength(model: ResidentModel, prompt: number, canvas: number): void {
  const limit = model.canvas.engine.contextSize
  if (prompt + canvas <= limit) return
  throw new LlamaError(
    'context-too-long',
    `The prompt has ${prompt} tokens and the canvas ${canvas}; together at most ${limit} fit.`,
    { hint: 'Shorten the canvas or the prompt, or load the model with a larger context size.' },
  )
}
