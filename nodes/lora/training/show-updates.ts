import type { HistoryRow, TrainingUpdate } from '@woolgather/train'
import type { ChartData, ModelRecipe } from '@woolgather/workflow'
import { drawCurves } from './draw-curves.ts'
import { writePrompt } from '../../generation/write-prompt.ts'
import type { NodeServices } from '../../services/services.ts'

export interface ShowOptions {
  services: NodeServices
  signal: AbortSignal
  progress: (done: number, total: number, unit: string) => void
  token: (text: string) => void
  chart: (chart: ChartData) => void
  model: ModelRecipe
  samplePrompt: string
  steps: number
  /** Steps from one evaluation to the next; undefined: nothing is held back. */
  evaluateEvery: number | undefined
}

/** Milliseconds from one drawing of the curves to the next. */
const drawnEvery = 300
/** Tokens of a sample. */
const sampleTokens = 80

/** Shows what a training tells: steps as progress, losses as curves and as text, and samples. Disposing waits for the last sample. */
export function showUpdates(
  options: ShowOptions,
): { onUpdate: (update: TrainingUpdate) => Promise<void> | void } & AsyncDisposable {
  let samples: Promise<void> = Promise.resolve()
  let asked = 0
  let drawn = -Infinity
  const history: HistoryRow[] = []
  const onUpdate = (update: TrainingUpdate): Promise<void> | void => {
    if (update.type === 'started') {
      history.push(...update.history)
      options.token(`${tellMemory(update)}\n`)
    }
    if (update.type === 'step') {
      history.push(update.row)
      if (performance.now() - drawn > drawnEvery) {
        options.chart(drawCurves(history, options.evaluateEvery))
        drawn = performance.now()
      }
      const { step, loss, evaluationLoss } = update.row
      options.progress(step, options.steps, 'steps')
      const share = Math.floor((step * linesShown) / options.steps)
      if (share > asked || evaluationLoss !== null) {
        const evaluated = evaluationLoss === null ? '' : `, held back ${evaluationLoss.toFixed(3)}`
        options.token(`Step ${step}: loss ${loss.toFixed(3)}${evaluated}\n`)
      }
      asked = share
    } else if (update.type === 'sample') {
      samples = samples.then(() => sample(options, update)).catch(() => {})
      return samples
    }
  }
  return { onUpdate, [Symbol.asyncDispose]: () => samples }
}

function tellMemory({ bytes, checkpoints }: TrainingUpdate & { type: 'started' }): string {
  const { weights, lora, compute } = bytes
  const megabytes = (count: number): string => `${Math.max(1, Math.round(count / 1e6))} MB`
  const how = checkpoints ? 'computing blocks twice' : 'computing'
  return `Takes ${megabytes(weights + lora + compute)}: ${megabytes(weights)} for the model, ${megabytes(lora)} for the LoRA, ${megabytes(compute)} for ${how}.`
}

/** Lines of losses that are written of a whole training. */
const linesShown = 20

async function sample(
  { services, signal, token, model, samplePrompt }: ShowOptions,
  { step, path }: TrainingUpdate & { type: 'sample' },
): Promise<void> {
  const text = await services.models.use(model, { signal, onProgress: () => {} }, async (ready) => {
    const special = { prompt: false, messages: false, system: false }
    const { prompt, stop } = await writePrompt(ready.model, samplePrompt, {
      ...{ system: '', template: 'auto', jinja: '', special },
    })
    const adapters = [...ready.adapters, { path, strength: 1 }]
    const request = {
      prompt,
      stop,
      adapters,
      vectors: ready.vectors,
      seed: 0,
      maxTokens: sampleTokens,
      signal,
    }
    return (await ready.model.generate(request)).text
  })
  token(`After ${step} steps: ${text.trim()}\n`)
}
