import { LlamaError } from '../contract/error.ts'
import type { DiffuseRequest, DiffuseResult } from '../contract/diffusing.ts'
import { CanvasReader } from '../diffusion/canvas-reader.ts'
import { ConstrainedSpan } from '../diffusion/constrained-span.ts'
import { Denoiser } from '../diffusion/denoiser.ts'
import { resolveSettings } from '../diffusion/settings.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { validateSeed } from '../sampling/validate-sampling.ts'
import { readPrompts } from './canvas-prompts.ts'
import { throwIfAborted } from './run-task.ts'

/** @throws LlamaError, as `LanguageModel.diffuse` says */
export async function diffuse(model: ResidentModel, request: DiffuseRequest): Promise<DiffuseResult> {
  throwIfAborted(request.signal)
  model.checkFiles()
  validateSeed(request.seed)
  const { vocabulary, canvas: own } = model
  const settings = resolveSettings(request, vocabulary.size)
  checkCanvas(model, request.canvas)
  const { prompts, release } = await readPrompts(model, request, settings.guidance)
  try {
    const { canvas, seed, signal, onStep } = request
    const { maskToken: mask, shifted } = own.info
    const reader = new CanvasReader({ engine: own.engine, prompts, mask, shifted, signal })
    const forbidden = [mask, ...vocabulary.suppressed]
    const ends = new Set(vocabulary.endTokens)
    const spans = readSpans(model, request, { forbidden, ends })
    const denoiser = new Denoiser({ reader, canvas, settings, seed, forbidden, ends, spans, signal, onStep })
    return { ...(await denoiser.run()), reproducible: model.info.reproducible }
  } catch (error) {
    if (error instanceof RangeError) throw nothingAllowed(error)
    throw error
  } finally {
    release()
  }
}

/** @throws LlamaError invalid-token, too-few-tokens */
function readSpans(
  { vocabulary }: ResidentModel,
  { canvas, constraints = [] }: DiffuseRequest,
  { forbidden, ends }: { forbidden: readonly number[]; ends: ReadonlySet<number> },
): ConstrainedSpan[] {
  const taken = new Set<number>()
  return constraints.map(({ from, to, constraint }) => {
    const places = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
    const wrong = places.find((place) => canvas[place] !== null || taken.has(place))
    if (places.length === 0 || wrong !== undefined) {
      const where = wrong === undefined ? `from ${from} to ${to}` : `at place ${wrong}`
      throw new LlamaError('invalid-token', `A constraint needs holes of its own; ${where} there are none.`)
    }
    for (const place of places) taken.add(place)
    return new ConstrainedSpan({ places, constraint, ends, never: forbidden }, vocabulary.size)
  })
}

function checkCanvas({ vocabulary }: ResidentModel, canvas: DiffuseRequest['canvas']): void {
  if (canvas.length === 0) throw new LlamaError('invalid-token', 'The canvas has no places.')
  vocabulary.check(canvas.filter((token) => token !== null))
}

function nothingAllowed(cause: RangeError): LlamaError {
  return new LlamaError('invalid-sampling', 'No token may be written here: biases forbid all.', {
    hint: 'Remove the bias that forbids what must be written.',
    cause,
  })
}
