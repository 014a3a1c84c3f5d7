import type { GenerateRequest } from '@woolgather/llama'
import { asMix, coefficientsAt, type MixTerm, type ModelRecipe, type PromptMix } from '@woolgather/workflow'
import type { ReadyModel } from '../services/services.ts'
import type { Framing, PromptInputs } from './prompt-inputs.ts'
import { writePrompt, writeTerm, type WrittenPrompt } from './write-prompt.ts'

/** What to ask which model. */
export interface WrittenRequest {
  asked: ReadyModel
  prompt: GenerateRequest['prompt']
  /** Where the answer ends. */
  stop: string[]
  answerOpening?: string
  systemMoved?: true
}

export interface MixSettings {
  /** Most tokens that may be written: what fractions of a schedule are measured by. */
  maxTokens: number
  /** The runtime's default where absent. */
  plausibility?: number | undefined
}

/** Every recipe that a prompt is read by, the main one first. */
export function recipesOf(main: ModelRecipe, prompt: PromptInputs['prompt']): ModelRecipe[] {
  const terms = typeof prompt === 'string' ? [] : prompt.terms
  return [main, ...terms.flatMap(({ model }) => model ?? [])]
}

/** The prompt as the runtime takes it: a mix of one term is asked as a plain prompt, of that term's model. */
export async function writeRequest(
  main: ModelRecipe,
  inputs: PromptInputs,
  settings: MixSettings,
  readyFor: (recipe: ModelRecipe) => ReadyModel,
): Promise<WrittenRequest> {
  const mix = asMix(inputs.prompt)
  const [first, ...others] = mix.terms
  if (first === undefined || others.length > 0) return await writeMix(main, mix, inputs, settings, readyFor)
  const asked = readyFor(first.model ?? main)
  return { asked, ...(await writeOnly(asked, first, inputs)) }
}

function writeOnly({ model }: ReadyModel, { prompt }: MixTerm, framing: Framing): Promise<WrittenPrompt> {
  return typeof prompt === 'string' ? writePrompt(model, prompt, framing) : writeTerm(model, prompt, framing)
}

async function writeMix(
  main: ModelRecipe,
  mix: PromptMix,
  inputs: PromptInputs,
  { maxTokens, plausibility }: MixSettings,
  readyFor: (recipe: ModelRecipe) => ReadyModel,
): Promise<WrittenRequest> {
  const asked = readyFor(main)
  const written = await Promise.all(
    mix.terms.map(async (term) => {
      const reader = readyFor(term.model ?? main)
      return { reader, ...(await writeTerm(reader.model, term.prompt, inputs)) }
    }),
  )
  const answerOpening = written.find((term) => term.answerOpening !== undefined)?.answerOpening
  return {
    asked,
    stop: [...new Set(written.flatMap(({ stop }) => stop))],
    ...(answerOpening !== undefined && { answerOpening }),
    ...(written.some(({ systemMoved }) => systemMoved) && { systemMoved: true }),
    prompt: {
      terms: written.map(({ reader, prompt }, index) => ({
        prompt,
        coefficient: coefficientOf(mix, index, maxTokens),
        adapters: reader.adapters,
        vectors: reader.vectors,
        ...(reader.model !== asked.model && { model: reader.model }),
      })),
      ...(plausibility !== undefined && { plausibility }),
    },
  }
}

/** A number where it never changes: the runtime leaves out what counts 0 throughout. */
function coefficientOf(mix: PromptMix, term: number, maxTokens: number): number | ((step: number) => number) {
  const at = (step: number): number => coefficientsAt(mix, step, maxTokens)[term] ?? 0
  const { coefficients } = mix
  const isConstant = coefficients.length === 1 && coefficients[0]?.cycle.length === 1
  return isConstant ? at(1) : at
}
