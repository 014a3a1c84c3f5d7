import { loadNative } from '@woolgather/ggml'
import { runTraining } from '../run/run-training.ts'
import type { TrainingJob, Wish } from '../run/job.ts'
import type { FromTrainer, ToTrainer } from './messages.ts'

// The process that trains one LoRA: what ends it in native code ends nothing else. `start-trainer.ts` starts it.
let wish: Wish = 'go'

const send = (message: FromTrainer): void => {
  if (process.connected) process.send?.(message)
}

process.on('message', (message: ToTrainer) => {
  if (message.type === 'start') void train(message.job)
  else wish = message.type
})
// Who started it is gone: what has been learnt is kept, to be gone on from.
process.on('disconnect', () => (wish = 'cancel'))
// Ctrl-C reaches the whole group; who started it decides what it means.
process.on('SIGINT', () => {})

async function train(job: TrainingJob): Promise<void> {
  try {
    const native = await loadNative({ gpu: 'cpu' })
    const outcome = await runTraining(native, job, { onUpdate: send, wish: () => wish })
    send({ type: 'done', outcome })
  } catch (error) {
    const { code, message, input, hint } = error as Partial<FromTrainerError>
    send({ type: 'failed', error: { code, message: message ?? String(error), input, hint } })
  }
  if (process.connected) process.disconnect()
}

type FromTrainerError = Extract<FromTrainer, { type: 'failed' }>['error']
