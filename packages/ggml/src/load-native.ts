import koffi from 'koffi'
import { bindFunctions, registerLogCallback } from './bind.ts'
import type { CallbackPointer, CApi } from './c-api.ts'
import { setCallMemory } from './call-memory.ts'
import { checkVersion } from './check-version.ts'
import { chooseBinary } from './choose-binary.ts'
import type { Gpu, NativeBinary } from './choose-binary.ts'
import { listDevices } from './devices.ts'
import type { Device } from './devices.ts'
import { NativeError } from './native-error.ts'
import { NativeLog } from './native-log.ts'

/** llama.cpp in this process: shared by whoever asks, never unloaded. */
export interface Native {
  readonly api: CApi
  readonly binary: NativeBinary
  /** What computes: `cpu` also where a GPU library was chosen but found no device. */
  readonly backend: Gpu
  readonly log: NativeLog
  /** Address of `ggml_is_empty`, for native code to call. */
  readonly isEmptyPointer: CallbackPointer
  devices(): Device[]
}

let loaded: Promise<Native> | undefined

/**
 * Loads the native libraries, once per process: they register their backends globally, so a second set could not
 * be told apart. `gpu` counts on the first call only.
 * @throws NativeError native-missing, native-version
 */
export function loadNative(options: { gpu?: Gpu | undefined } = {}): Promise<Native> {
  loaded ??= load(options.gpu).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function load(gpu: Gpu | undefined): Promise<Native> {
  setCallMemory()
  const binary = await chooseBinary(gpu)
  const { api, isEmptyPointer } = bindLibraries(binary)
  const log = new NativeLog()
  api.llama_log_set(registerLogCallback((_level, text) => log.write(text)).pointer, null)
  checkVersion(api, binary.release)
  loadBackends(api, binary)
  api.llama_backend_init()
  const backend = hasGpu(api) ? binary.gpu : 'cpu'
  return { api, binary, backend, log, isEmptyPointer, devices: () => listDevices(api) }
}

/** Dependencies first: where the loader does not look beside a library, it finds them already in memory. */
function bindLibraries(binary: NativeBinary): Pick<Native, 'api' | 'isEmptyPointer'> {
  try {
    const ggmlBase = koffi.load(binary.libraries.ggmlBase)
    const ggml = koffi.load(binary.libraries.ggml)
    const llama = koffi.load(binary.libraries.llama)
    const isEmptyPointer = ggmlBase.symbol('ggml_is_empty') as CallbackPointer
    return { api: bindFunctions({ ggmlBase, ggml, llama }), isEmptyPointer }
  } catch (cause) {
    throw new NativeError('native-missing', `The native libraries in ${binary.folder} do not load.`, {
      hint: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}

function loadBackends(api: CApi, binary: NativeBinary): void {
  if (api.ggml_backend_dev_count() > 0) return
  api.ggml_backend_load_all_from_path(binary.folder)
  if (binary.gpu !== 'cpu' && !hasGpu(api) && binary.fallbackFolder) {
    api.ggml_backend_load_all_from_path(binary.fallbackFolder)
  }
  if (api.ggml_backend_dev_count() === 0) {
    throw new NativeError('native-missing', `No compute backend in ${binary.folder} works on this machine.`)
  }
}

function hasGpu(api: CApi): boolean {
  return listDevices(api).some((device) => device.kind === 'gpu' || device.kind === 'integrated-gpu')
}
