import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { hasDriver } from '../gpu-drivers.js'
import { NativeError } from './native-error.ts'

export type Gpu = 'cpu' | 'cuda' | 'metal' | 'vulkan'

/** One prebuilt set of libraries of node-llama-cpp. */
export interface NativeBinary {
  /** Folder holding every library below and the compute backends next to them. */
  folder: string
  /** Folder of backends to try when `folder`'s GPU backend does not load (an older CUDA, for instance). */
  fallbackFolder: string | undefined
  gpu: Gpu
  /** llama.cpp's release the libraries were built from, e.g. `v0.4.0`. */
  release: string
  libraries: { llama: string; ggml: string; ggmlBase: string }
}

const gpus: readonly string[] = ['cpu', 'cuda', 'metal', 'vulkan'] satisfies Gpu[]

/**
 * Picks the libraries for this machine and its GPU, as node-llama-cpp does.
 * @param gpu forces one kind; absent: the environment's `WOOLGATHER_GPU`, else the best that works here
 * @throws NativeError native-missing
 */
export async function chooseBinary(gpu?: Gpu): Promise<NativeBinary> {
  const wanted = gpu ?? readGpuFromEnvironment()
  if (wanted) return findBinary(wanted) ?? noBinary(wanted)
  const best = await detectGpu()
  return findBinary(best) ?? findBinary('cpu') ?? noBinary(best)
}

function readGpuFromEnvironment(): Gpu | undefined {
  const value = process.env['WOOLGATHER_GPU']
  if (!value || value === 'auto') return undefined
  if (gpus.includes(value)) return value as Gpu
  throw new NativeError('native-missing', `WOOLGATHER_GPU is "${value}".`, {
    hint: 'Use cpu, cuda, metal, vulkan or auto.',
  })
}

/**
 * A dry run of `getLlama` tries each candidate in a child process, which is what makes a broken driver cost one
 * candidate instead of this process. A machine without a driver, or without libraries for it, skips that second of
 * waiting, and the 300 modules that ask.
 */
async function detectGpu(): Promise<Gpu> {
  if (!candidates().some((gpu) => hasDriver(gpu) && findBinary(gpu))) return 'cpu'
  const { getLlama } = await import('node-llama-cpp')
  const llama = await getLlama({
    gpu: 'auto',
    build: 'never',
    skipDownload: true,
    dryRun: true,
    progressLogs: false,
  })
  return llama.gpu === false ? 'cpu' : llama.gpu
}

function candidates(): Gpu[] {
  return process.platform === 'darwin' ? ['metal'] : ['cuda', 'vulkan']
}

function noBinary(gpu: Gpu): never {
  throw new NativeError(
    'native-missing',
    `node-llama-cpp has no ${gpu} libraries here for ${process.platform} ${process.arch}.`,
    {
      hint: `WOOLGATHER_GPU=${gpu} npm start installs them where there are any; or choose another WOOLGATHER_GPU.`,
    },
  )
}

function findBinary(gpu: Gpu): NativeBinary | undefined {
  for (const name of packageNames(gpu)) {
    const bins = resolveBins(name)
    if (!bins) continue
    const folder = findBuildFolder(bins)
    if (!folder) continue
    const ext = resolveBins(`${name}-ext`)
    const fallback = ext && path.join(ext, 'fallback')
    return {
      ...describeFolder(folder),
      gpu,
      fallbackFolder: fallback && existsSync(fallback) ? fallback : undefined,
    }
  }
  return undefined
}

function packageNames(gpu: Gpu): string[] {
  const platform =
    { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform as 'linux'] ?? process.platform
  const arch = process.arch === 'arm' ? 'armv7l' : process.arch
  const plain = `@node-llama-cpp/${platform}-${arch}`
  if (gpu === 'cpu') return platform === 'mac' && arch === 'arm64' ? [`${plain}-metal`] : [plain]
  return [`${plain}-${gpu}`]
}

/** Resolved from node-llama-cpp's place, since that is what depends on the platform packages. */
function resolveBins(packageName: string): string | undefined {
  const here = createRequire(import.meta.url)
  try {
    const entry = createRequire(here.resolve('node-llama-cpp')).resolve(packageName)
    return path.join(path.dirname(entry), '..', 'bins')
  } catch {
    return undefined
  }
}

function findBuildFolder(bins: string): string | undefined {
  return readdirSync(bins)
    .map((name) => path.join(bins, name))
    .find((folder) => existsSync(path.join(folder, metadataFile)))
}

const metadataFile = '_nlcBuildMetadata.json'

function describeFolder(folder: string): Pick<NativeBinary, 'folder' | 'release' | 'libraries'> {
  const metadata = JSON.parse(readFileSync(path.join(folder, metadataFile), 'utf8')) as {
    buildOptions: { llamaCpp: { release: string } }
  }
  return {
    folder,
    release: metadata.buildOptions.llamaCpp.release,
    libraries: {
      llama: findLibrary(folder, 'llama'),
      ggml: findLibrary(folder, 'ggml'),
      ggmlBase: findLibrary(folder, 'ggml-base'),
    },
  }
}

/** Names carry variant and version: `libllama.cuda.v0.4.0.so`, `llama.dll`. */
function findLibrary(folder: string, name: string): string {
  const pattern = new RegExp(`^(lib)?${name}(\\.[\\w.-]+)?\\.(so|dylib|dll)$`)
  const file = readdirSync(folder).find((entry) => pattern.test(entry))
  if (!file) throw new NativeError('native-missing', `No ${name} library in ${folder}.`)
  return path.join(folder, file)
}
