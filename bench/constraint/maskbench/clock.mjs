import { createRequire } from 'node:module'

/** As the bindings of llama.cpp have it, which the vocabulary is read with. */
const koffi = createRequire(new URL('../../../packages/ggml/package.json', import.meta.url))('koffi')

/** CLOCK_THREAD_CPUTIME_ID of Linux. */
const threadTime = 3

/**
 * A clock that counts the processor's time of this thread in µs: what the threads of the garbage collector and of the
 * compiler of JavaScript spend is not its own. Elsewhere than on Linux, the least that is sure.
 */
export function openClock() {
  if (process.platform !== 'linux') return leastOfClocks()
  const read = koffi.load('libc.so.6').func('int clock_gettime(int clock, _Out_ int64_t *time)')
  const time = new BigInt64Array(2)
  return () => {
    read(threadTime, time)
    return Number(time[0]) * 1_000_000 + Number(time[1]) / 1_000
  }
}

/** No thread spends more than passes, nor more than its process spends. */
function leastOfClocks() {
  let [wall, processor, total] = [performance.now(), process.cpuUsage(), 0]
  return () => {
    const { user, system } = process.cpuUsage(processor)
    const now = performance.now()
    total += Math.min((now - wall) * 1_000, user + system)
    wall = now
    processor = process.cpuUsage()
    return total
  }
}
