// One merge, as the worker makes it; answers with CPU and wall seconds, and how much memory it took beyond what the
// process had before: native library loaded, nothing merged.
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { loadNative } from '../../packages/ggml/dist/index.js'
import { openMakers } from '../../packages/weights/dist/index.js'

const [{ recipe, models, folder }] = await once(process, 'message')
rmSync(folder, { recursive: true, force: true })
await loadNative()
const makers = openMakers({ folders: [models], data: folder })
const resident = memoryOf('VmRSS')
const before = process.cpuUsage()
const began = performance.now()
await makers.maker.hold(recipe, { signal: new AbortController().signal, onProgress: () => {} })
const wall = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(before)
const memory = memoryOf('VmHWM') - resident
await makers[Symbol.asyncDispose]()
rmSync(folder, { recursive: true, force: true })
process.send({ cpu: (user + system) / 1e6, wall, memory }, () => process.exit(0))

/** Megabytes that /proc tells of this process; elsewhere what is resident at the moment. */
function memoryOf(field) {
  try {
    const [, kilobytes] =
      new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return Number(kilobytes) / 1024
  } catch {
    return (field === 'VmHWM' ? process.resourceUsage().maxRSS * 1024 : process.memoryUsage.rss()) / 1_048_576
  }
}
