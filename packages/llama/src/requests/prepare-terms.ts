import type { GenerationTerm } from '../batching/generation.ts'
import { LlamaError } from '../contract/error.ts'
import type {
  GenerateRequest,
  LanguageModel,
  MixTerm,
  PromptMix,
  Reproducibility,
} from '../contract/interface.ts'
import { aloneArchitectures } from '../memory/index.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import type { UsedSteering } from '../native/steering.ts'

/** Contrastive decoding's 0.1 blocks emphasis of what is rare; 0.01 keeps text well-formed and lets it through. */
const defaultPlausibility = 0.01

/** Terms ready to be decoded; what they hold stays in memory until `release`. */
export interface PreparedTerms {
  terms: GenerationTerm[]
  plausibility: number
  reproducible: Reproducibility
  release: () => void
}

/** A single prompt is a mix of one. */
export function asMix(prompt: GenerateRequest['prompt']): PromptMix {
  return 'terms' in prompt ? prompt : { terms: [{ prompt, coefficient: 1 }] }
}

/**
 * Reads the prompts of a request and everything that may be wrong with them, before any token is generated.
 * @param open the loaded model behind a handle
 * @throws LlamaError invalid-mix, vocabulary-mismatch, and what reading prompts and adapters throws
 */
export async function prepareTerms(
  request: GenerateRequest,
  own: ResidentModel,
  open: (model: LanguageModel) => ResidentModel,
): Promise<PreparedTerms> {
  const mix = asMix(request.prompt)
  const plausibility = checkMix(mix)
  const models = mix.terms.map(({ model }) => (model ? open(model) : own))
  checkCounts(models)
  const used: UsedSteering[] = []
  const release = (): void => used.forEach((steering) => steering.release())
  try {
    for (const model of new Set(models)) await checkSameVocabulary(own, model)
    const terms: GenerationTerm[] = []
    for (const [index, term] of mix.terms.entries()) {
      const model = models[index]!
      const prompt = await model.reader.prompt(term.prompt)
      const steering = await model.acquireSteering(steeringOf(term, request))
      used.push(steering)
      const coefficient = asFunction(term.coefficient)
      terms.push({ engine: model.engine, contextSize: model.sequenceLimit, prompt, steering, coefficient })
    }
    return { terms, plausibility, reproducible: leastOf(models), release }
  } catch (error) {
    release()
    throw error
  }
}

/** A mix is as reproducible as the least of its models: each gives its logits the same, or the sum is not. */
function leastOf(models: readonly ResidentModel[]): Reproducibility {
  const said = models.map(({ info }) => info.reproducible)
  const rising = ['off', 'not-guaranteed', 'guaranteed'] as const
  return rising.find((one) => said.includes(one)) ?? 'off'
}

function checkMix({ terms, plausibility = defaultPlausibility }: PromptMix): number {
  if (terms.length === 0) throw new LlamaError('invalid-mix', 'The mix has no prompts.')
  for (const [index, { coefficient }] of terms.entries()) {
    if (typeof coefficient === 'function' || Number.isFinite(coefficient)) continue
    throw new LlamaError(
      'invalid-mix',
      `The coefficient of prompt ${index + 1} is ${coefficient}, not a number.`,
    )
  }
  if (plausibility >= 0 && plausibility <= 1) return plausibility
  throw new LlamaError('invalid-mix', `plausibility is ${plausibility}; it must be a number from 0 to 1.`)
}

/** A task's sequences of one engine are decoded in one batch. */
function checkCounts(models: readonly ResidentModel[]): void {
  for (const model of new Set(models)) {
    const count = models.filter((other) => other === model).length
    const most = model.engine.mostSequences
    if (count <= most) continue
    if (aloneArchitectures.has(model.info.architecture)) throw mixesNothing(model)
    throw new LlamaError(
      'invalid-mix',
      `The mix has ${count} prompts; ${most} fit in a batch of this model.`,
      {
        hint: 'Load the model for more sequences at once, or use fewer weights and prompts.',
      },
    )
  }
}

function mixesNothing({ info }: ResidentModel): LlamaError {
  return new LlamaError(
    'invalid-mix',
    `llama.cpp computes ${info.architecture} models wrongly where two prompts are read together, so this one mixes none.`,
    { hint: 'Give it one prompt, or choose another model.' },
  )
}

async function checkSameVocabulary(own: ResidentModel, other: ResidentModel): Promise<void> {
  if (own === other) return
  const [mine, theirs] = [own.vocabulary, other.vocabulary]
  const same = mine.size === theirs.size && (await mine.fingerprint()) === (await theirs.fingerprint())
  if (same) return
  throw new LlamaError(
    'vocabulary-mismatch',
    `${own.info.name} and ${other.info.name} have different vocabularies (${mine.size} and ${theirs.size} tokens), ` +
      'so their predictions cannot be added up.',
    { hint: 'Mix models of one family: a base model and its fine-tunes share a vocabulary.' },
  )
}

function steeringOf(term: MixTerm, request: GenerateRequest): Pick<GenerateRequest, 'adapters' | 'vectors'> {
  const { adapters, vectors } = term
  if (term.model) return { adapters, vectors }
  return { adapters: adapters ?? request.adapters, vectors: vectors ?? request.vectors }
}

function asFunction(coefficient: MixTerm['coefficient']): (step: number) => number {
  return typeof coefficient === 'function' ? coefficient : () => coefficient
}
