import type { ScoreRequest, TextScore } from '../contract/interface.ts'
import { CanvasReader } from '../diffusion/canvas-reader.ts'
import { ownChances } from '../diffusion/own-chances.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { readPrompts } from './canvas-prompts.ts'
import { throwIfAborted } from './run-task.ts'

interface EstimateInput {
  prompt: readonly number[]
  continuations: readonly (readonly number[])[]
  request: ScoreRequest
}

/**
 * How likely a model that sees both ways finds texts after a prompt: each token with itself and every fourth masked.
 * The sum is an estimate, and no likelihood to hold against that of a model that writes from left to right.
 */
export async function estimate(
  model: ResidentModel,
  { prompt, continuations, request }: EstimateInput,
): Promise<TextScore[]> {
  const scores: TextScore[] = []
  for (const canvas of continuations) {
    throwIfAborted(request.signal)
    const { prompts, release } = await readPrompts(
      model,
      { ...request, prompt: { tokens: prompt }, canvas },
      1,
    )
    try {
      const { engine, info } = model.canvas
      const reader = new CanvasReader({
        ...info,
        engine,
        prompts,
        mask: info.maskToken,
        signal: request.signal,
      })
      scores.push(scoreOf(model, canvas, await ownChances(reader, canvas, [...canvas.keys()])))
    } finally {
      release()
    }
  }
  throwIfAborted(request.signal)
  return scores
}

function scoreOf(
  { vocabulary }: ResidentModel,
  tokens: readonly number[],
  chances: Map<number, number>,
): TextScore {
  const told = tokens.map((token, place) => {
    return { token, text: vocabulary.show(token), logprob: chances.get(place) ?? 0 }
  })
  const logLikelihood = told.reduce((sum, { logprob }) => sum + logprob, 0)
  return { tokens: told, logLikelihood, perplexity: Math.exp(-logLikelihood / Math.max(1, told.length)) }
}
