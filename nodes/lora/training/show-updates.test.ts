import { expect, test } from 'vitest'
import { showUpdates, type ShowOptions } from './show-updates.ts'

test('before the first step it says what it takes, and then how it goes', async () => {
  const texts: string[] = []
  const charts: unknown[] = []
  const options: ShowOptions = {
    services: {} as ShowOptions['services'],
    signal: new AbortController().signal,
    progress: () => {},
    token: (text) => void texts.push(text),
    chart: (chart) => void charts.push(chart),
    model: { kind: 'file', file: 'base.gguf', adapters: [] },
    samplePrompt: '',
    steps: 2,
    evaluateEvery: undefined,
  }
  const bytes = { weights: 247e6, lora: 30e6, compute: 123e6 }
  const row = { step: 1, loss: 2, evaluationLoss: null, learningRate: 1, tokensPerSecond: 1 }
  await using shown = showUpdates(options)
  await shown.onUpdate({ type: 'started', history: [], bytes, checkpoints: true })
  await shown.onUpdate({ type: 'step', row })
  expect(texts).toEqual([
    'Takes 400 MB: 247 MB for the model, 30 MB for the LoRA, 123 MB for computing blocks twice.\n',
    'Step 1: loss 2.000\n',
  ])
  expect(charts).toMatchObject([{ means: [[2]] }])
})
