import { existsSync } from 'node:fs'

const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/usr/lib/wsl/lib',
]
const system32 = `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32`

const signs = {
  cuda: {
    linux: ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'],
    win32: [`${system32}\\nvcuda.dll`],
  },
  vulkan: {
    linux: libraryFolders.map((folder) => `${folder}/libvulkan.so.1`),
    win32: [`${system32}\\vulkan-1.dll`],
  },
}

/**
 * Whether binaries of llama.cpp, by the name of their package (`linux-x64-cuda-ext`), can serve here: those of another
 * processor cannot, those of a GPU only where its driver is, or where `WOOLGATHER_GPU` names it.
 */
export function usable(name) {
  const [, arch, kind] = name.split('-')
  if (arch !== (process.arch === 'arm' ? 'armv7l' : process.arch)) return false
  if (!(kind in signs) || process.env.WOOLGATHER_GPU === kind) return true
  return (signs[kind][process.platform] ?? []).some((file) => existsSync(file))
}
