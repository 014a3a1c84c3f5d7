import type { CApi, ContextParams, ModelParams } from './c-api.ts'
import { NativeError } from './native-error.ts'

/** The release whose headers `c-api.ts` was written from. */
export const boundRelease = 'v0.4.0'
/** What `llama_version()` answers in that release. */
const boundVersion = '0.4.0-dev'

/** Defaults that land on other members when a struct's layout has drifted. */
const knownModelDefaults = {
  n_gpu_layers: -1,
  split_mode: 1,
  load_mode: -1,
  lazy_mode: 1,
  use_extra_bufts: true,
  load_mtp: false,
} satisfies Partial<ModelParams>

const knownContextDefaults = {
  n_ctx: 512,
  n_batch: 2048,
  n_ubatch: 512,
  n_seq_max: 1,
  flash_attn_type: -1,
  yarn_ext_factor: -1,
  defrag_thold: -1,
  type_k: 1,
  type_v: 1,
  embeddings: false,
  offload_kqv: true,
  swa_full: true,
  kv_unified: false,
  n_samplers: 0,
} satisfies Partial<ContextParams>

/**
 * Refuses libraries that are not the ones this package was written for: a struct that moved would be silent
 * corruption, not an error.
 * @throws NativeError native-version
 */
export function checkVersion(api: CApi, release: string): void {
  const version = api.llama_version()
  if (release !== boundRelease || version !== boundVersion) {
    throw new NativeError(
      'native-version',
      `llama.cpp ${version} (${release}) is not the ${boundRelease} expected.`,
      {
        hint: 'Reinstall with the lockfile; node-llama-cpp must be the pinned version.',
      },
    )
  }
  compareDefaults('llama_model_default_params', knownModelDefaults, api.llama_model_default_params())
  compareDefaults('llama_context_default_params', knownContextDefaults, api.llama_context_default_params())
}

function compareDefaults<Params extends object>(
  source: string,
  known: Partial<Params>,
  actual: Params,
): void {
  for (const [member, value] of Object.entries(known)) {
    const found = actual[member as keyof Params]
    if (found === value) continue
    throw new NativeError(
      'native-version',
      `${source}: ${member} is ${String(found)}, expected ${String(value)}.`,
      {
        hint: 'The native libraries differ from the ones this version was written for; reinstall with the lockfile.',
      },
    )
  }
}
