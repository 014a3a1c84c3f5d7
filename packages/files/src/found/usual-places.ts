import { homedir } from 'node:os'
import path from 'node:path'
import { expandHome, hubHome } from '../download/index.ts'
import { folderSource } from './folder-source.ts'
import { hubCache } from './hub-cache.ts'
import type { ModelSource } from './model-source.ts'
import { ollamaStore } from './ollama-store.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where other programs keep models on this system, as their own variables say: `OLLAMA_MODELS`, `HF_HOME`,
 * `HF_HUB_CACHE`, `LLAMA_CACHE`. `WOOLGATHER_ELSEWHERE=off`: nowhere.
 */
export function usualPlaces(env: Environment): ModelSource[] {
  if (env['WOOLGATHER_ELSEWHERE'] === 'off') return []
  const home = homedir()
  const { OLLAMA_MODELS, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, LLAMA_CACHE } = env
  const ollama = OLLAMA_MODELS
    ? [path.resolve(expandHome(OLLAMA_MODELS))]
    : [path.join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models']
  const hub = HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE
  return [
    ...ollama.map(ollamaStore),
    hubCache(hub ? path.resolve(expandHome(hub)) : path.join(hubHome(env), 'hub')),
    llamaCache(LLAMA_CACHE ? expandHome(LLAMA_CACHE) : llamaFolder(env)),
    folderSource(path.join(home, '.lmstudio', 'models'), 'lmstudio'),
    folderSource(path.join(home, '.cache', 'lm-studio', 'models'), 'lmstudio'),
  ]
}

/** Its files lie side by side, those of a repository as `owner_repo_file.gguf`. */
function llamaCache(at: string): ModelSource {
  const source = folderSource(at, 'llama.cpp', { depth: 0 })
  return {
    ...source,
    async find(name) {
      if (!name.startsWith('hf:')) return source.find(name)
      const found = await source.find(name.slice('hf:'.length).replaceAll('/', '_'))
      return found && { ...found, ref: name }
    },
  }
}

/** As llama.cpp chooses it. */
function llamaFolder({ XDG_CACHE_HOME, LOCALAPPDATA }: Environment): string {
  const home = homedir()
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'llama.cpp')
  if (process.platform === 'win32') return path.join(LOCALAPPDATA ?? home, 'llama.cpp')
  return path.join(XDG_CACHE_HOME || path.join(home, '.cache'), 'llama.cpp')
}
