import type { CellWorker } from '@woolgather/workflow'

/** "one: CPU, 2 threads, llama.cpp b1234" */
export function describeWorker({ worker, device, engine }: CellWorker): string {
  const what = [device, engine && `llama.cpp ${engine}`].filter(Boolean).join(', ')
  return what === '' ? worker : `${worker}: ${what}`
}
