import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A contender in its own process: the two native runtimes never share one, and the one that waits uses no core. */
export async function startSide(file, settings) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(settings)])
  const failed = new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`${file} ended: ${signal ?? code}`)))
  })
  failed.catch(() => undefined)
  const ask = async (request) => {
    const answer = new Promise((resolve) => child.once('message', resolve))
    child.send(request)
    return await Promise.race([answer, failed])
  }
  await ask({ task: 'ready' })
  return { ask, stop: () => child.kill() }
}

/** Answers each request of the parent with what `tasks[task]` returns. */
export function serve(tasks) {
  const answer = async ({ task, ...input }) => process.send((await tasks[task]?.(input)) ?? {})
  process.on('message', (request) => void answer(request))
}

export const settings = JSON.parse(process.argv[2]?.startsWith('{') ? process.argv[2] : '{}')

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

export function printTable(title, rows) {
  console.log(`\n${title}`)
  console.table(rows)
}

/** Token ids that no control token is among, different in every round so that nothing is cached from the last. */
export function randomTokens(count, seed) {
  let state = (seed * 2654435761) >>> 0 || 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % 250
  })
}

/** Runs `work` and adds the processor time of this process that went by, which a busy machine does not change. */
export async function withCpuTime(work) {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { ...result, cpuMs: (user + system) / 1000 }
}
