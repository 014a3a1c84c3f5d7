import { Scoring } from '../batching/scoring.ts'
import type { ScoreRequest, TextScore } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { estimate } from './estimate.ts'
import { runTask, throwIfAborted } from './run-task.ts'

/** @throws LlamaError, as `LanguageModel.score` says */
export async function score(model: ResidentModel, request: ScoreRequest): Promise<TextScore[]> {
  throwIfAborted(request.signal)
  model.checkFiles()
  const prompt = await model.reader.prompt(request.prompt)
  const continuations = await Promise.all(
    request.continuations.map((continuation) => model.reader.continuation(continuation, prompt.length)),
  )
  if (model.diffuses) return await estimate(model, { prompt, continuations, request })
  return await Promise.all(
    continuations.map((continuation) => scoreOne(model, { prompt, continuation, request })),
  )
}

async function scoreOne(
  model: ResidentModel,
  parts: { prompt: number[]; continuation: number[]; request: ScoreRequest },
): Promise<TextScore> {
  const { prompt, continuation, request } = parts
  if (continuation.length === 0) return { tokens: [], logLikelihood: 0, perplexity: 1 }
  const { engine, vocabulary } = model
  const steering = await model.acquireSteering(request)
  const release = (): void => steering.release()
  const scoring = new Scoring({ engine, steering, vocabulary, prompt, continuation, release })
  return await runTask(scoring, request.signal)
}
