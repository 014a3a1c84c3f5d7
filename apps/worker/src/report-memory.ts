import type { LoadedModel, WorkerMessage } from '@woolgather/protocol'

/** Milliseconds between two looks at how much memory is used. */
const interval = 10_000
/** Part by which it must have changed to be told again. */
const worthTelling = 0.05

/** Tells who started this process what it holds: at once when models come or go, now and then otherwise. */
export function reportMemory(send: (message: WorkerMessage) => void): {
  changed(models: LoadedModel[]): void
  stop(): void
} {
  let models: LoadedModel[] = []
  let told = 0

  const tell = (): void => {
    told = process.memoryUsage.rss()
    send({ type: 'memory', memory: { rss: told, models } })
  }
  const timer = setInterval(() => {
    const grown = Math.abs(process.memoryUsage.rss() - told)
    if (grown > told * worthTelling) tell()
  }, interval).unref()

  return {
    changed(now) {
      models = now
      tell()
    },
    stop: () => clearInterval(timer),
  }
}
