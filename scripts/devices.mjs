// @boundaries-ignore the installation asks before anything is built, and scripts are no package
import { hasDriver } from '../packages/ggml/gpu-drivers.js'

/**
 * Whether binaries of llama.cpp, by the name of their package (`linux-x64-cuda-ext`), can serve here: those of another
 * processor cannot, those of a GPU only where its driver is, or where `WOOLGATHER_GPU` names it.
 */
export function usable(name) {
  const [, arch, kind] = name.split('-')
  if (arch !== (process.arch === 'arm' ? 'armv7l' : process.arch)) return false
  return kind === undefined || process.env.WOOLGATHER_GPU === kind || hasDriver(kind)
}
