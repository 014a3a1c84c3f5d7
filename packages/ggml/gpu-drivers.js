// Plain JavaScript outside `src`: the installation asks too, before anything is built.
import { existsSync } from 'node:fs'
import path from 'node:path'

const { platform, env } = process

/** Where the loader finds libraries, as far as that can be known without asking it. */
const libraryFolders =
  platform === 'win32'
    ? [`${env.SystemRoot ?? 'C:\\Windows'}\\System32`]
    : [
        ...(env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== ''),
        '/usr/lib/x86_64-linux-gnu',
        '/usr/lib/aarch64-linux-gnu',
        '/usr/lib64',
        '/usr/lib',
        '/usr/local/lib',
        '/usr/lib/wsl/lib',
        '/run/opengl-driver/lib',
      ]

const signs = {
  cuda: {
    linux: { files: ['/proc/driver/nvidia/version', '/dev/nvidiactl'], library: 'libcuda.so.1' },
    win32: { files: [], library: 'nvcuda.dll' },
  },
  vulkan: {
    linux: { files: [], library: 'libvulkan.so.1' },
    win32: { files: [], library: 'vulkan-1.dll' },
  },
}

/**
 * Whether a driver of this kind of GPU seems to be here: a look at a few files, which may find one that does not work.
 * Always so for kinds of which no files are known, such as `metal`.
 * @param {string} kind
 * @returns {boolean}
 */
export function hasDriver(kind) {
  if (!Object.hasOwn(signs, kind)) return true
  const sign = signs[kind][platform]
  if (sign === undefined) return false
  return [...sign.files, ...libraryFolders.map((folder) => path.join(folder, sign.library))].some((file) =>
    existsSync(file),
  )
}
