import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** Milliseconds that a package may take to load, on a machine that has much else to do. */
export const loadTime = 20_000

/**
 * What a module does when it is loaded, done once where it can do no harm: it may end the process, wait for ever or
 * compute for ever. In words rather than in a file, so that it is there whether built or not.
 */
const script = `
const { parentPort, workerData } = require('node:worker_threads')
const end = (code) => {
  parentPort.postMessage('left')
  exit(code)
}
const { exit, kill } = process
process.exit = end
process.abort = () => end(134)
process.kill = (pid, signal) =>
  pid === process.pid && signal !== 0 ? end(137) : kill.call(process, pid, signal)
const load = async ({ entry, zod }) => {
  const module = await import(entry)
  const nodes = module.nodes ?? module.default?.nodes
  if (typeof nodes === 'function') await nodes({ z: require(zod).z })
}
load(workerData).then(
  () => setTimeout(() => parentPort.postMessage('loaded'), workerData.settle),
  () => parentPort.postMessage('refused'),
)`

/** Milliseconds for what a module begins and does not wait for: if that fails, it would take the process with it. */
const settle = 50

/** A thread that ends by itself has nothing left to do, though the module is not loaded. */
const idle = 'waits, while it is loaded, for something that never comes'

/**
 * Loads a module in a thread of its own, and forgets it.
 * @param entry URL of the module
 * @returns what keeps it from ever coming to an end, in words; undefined where it does, well or not
 */
export async function tryModule(
  entry: string,
  { time = loadTime }: { time?: number } = {},
): Promise<string | undefined> {
  const thread = new Worker(script, {
    eval: true,
    workerData: { entry, zod: createRequire(import.meta.url).resolve('zod'), settle },
    execArgv: [],
    // What it prints is printed when it is loaded for good.
    stdout: true,
    stderr: true,
  })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<string | undefined>((resolve) => {
      let left = false
      thread.on('message', (word: 'loaded' | 'refused' | 'left') => {
        if (word === 'left') left = true
        else resolve(undefined)
      })
      thread.once('error', (error) => resolve(`fails by itself after it was loaded: ${error.message}`))
      thread.once('exit', (code) =>
        resolve(left ? `ends the process while it is loaded, with exit code ${code}` : idle),
      )
      timer = setTimeout(() => resolve(`did not load within ${time / 1_000} seconds`), time)
    })
  } finally {
    clearTimeout(timer)
    await thread.terminate()
  }
}
