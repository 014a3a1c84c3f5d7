import { Generation } from '../batching/generation.ts'
import { LlamaError } from '../contract/error.ts'
import type { GenerateRequest, GenerateResult, LanguageModel } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { TokenChooser } from '../sampling/choose-token.ts'
import type { ResolvedSampling } from '../sampling/defaults.ts'
import { Sampler } from '../sampling/sampler.ts'
import { validateSampling, validateSeed } from '../sampling/validate-sampling.ts'
import { prepareTerms, type PreparedTerms } from './prepare-terms.ts'
import { beginFinishing, neverWritten } from './begin-finishing.ts'
import { runTask, throwIfAborted } from './run-task.ts'

/** @param open the model behind the handle of a term. @throws LlamaError, as `LanguageModel.generate` says */
export async function generate(
  model: ResidentModel,
  request: GenerateRequest,
  open: (handle: LanguageModel) => ResidentModel = () => model,
): Promise<GenerateResult> {
  throwIfAborted(request.signal)
  model.checkFiles()
  validateSeed(request.seed)
  const sampling = validateSampling(request.sampling ?? {}, model.vocabulary.size)
  checkCount('maxTokens', request.maxTokens, { least: 1 })
  checkCount('logprobs', request.logprobs, { least: 0, most: 100 })
  const prepared = await prepareTerms(request, model, open)
  return await runTask(await begin(model, request, sampling, prepared), request.signal)
}

/** Takes over what the terms hold: it is released with the generation, or where there comes to be none. */
async function begin(
  model: ResidentModel,
  request: GenerateRequest,
  sampling: ResolvedSampling,
  prepared: PreparedTerms,
): Promise<Generation> {
  const { vocabulary } = model
  const { contextSize } = model.info
  let sampler: Sampler | undefined
  const release = (): void => {
    sampler?.dispose()
    prepared.release()
    model.trimAdapters()
  }
  try {
    const chain = { sampling, seed: request.seed, vocabulary, contextSize }
    sampler = await Sampler.create(model.native, chain)
    sampler.acceptPrompt(prepared.terms[0]?.prompt ?? [])
    const chooser = new TokenChooser(sampler, vocabulary, request.logprobs, sampling.sequenceBias)
    const { terms, plausibility, reproducible } = prepared
    const { constraint, maxTokens, stop = [], onText, onToken, onPromptProgress } = request
    const finishing = beginFinishing(request, room(terms, maxTokens), [
      ...neverWritten(sampling),
      ...vocabulary.suppressed,
    ])
    const output = { finishing, maxTokens, stop, onText, onToken, onPromptProgress, reproducible }
    return new Generation({ terms, plausibility, chooser, vocabulary, constraint, ...output, release })
  } catch (error) {
    release()
    throw error
  }
}

/** Tokens that can be written after the prompts of all terms. */
function room(terms: PreparedTerms['terms'], maxTokens = Infinity): number {
  return Math.min(maxTokens, ...terms.map(({ contextSize, prompt }) => contextSize - prompt.length))
}

function checkCount(
  name: string,
  value: number | undefined,
  { least, most = Infinity }: { least: number; most?: number },
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  const range = most === Infinity ? `${least} up` : `${least} to ${most}`
  throw new LlamaError('invalid-sampling', `${name} is ${value}; it must be a whole number from ${range}.`)
}
