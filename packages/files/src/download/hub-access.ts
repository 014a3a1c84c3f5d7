import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where Hugging Face's tools keep what is theirs: `HF_HOME`. */
export function hubHome(env: Environment): string {
  const { HF_HOME, XDG_CACHE_HOME } = env
  if (HF_HOME) return path.resolve(expandHome(HF_HOME))
  return path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'huggingface')
}

/** `~/models`, where no shell has read it. */
export function expandHome(folder: string): string {
  return folder === '~' || folder.startsWith('~/') ? path.join(homedir(), folder.slice(1)) : folder
}

/** Hugging Face, or a mirror of it: `HF_ENDPOINT`. */
export function hubEndpoint(env: Environment): string {
  return env['HF_ENDPOINT'] || 'https://huggingface.co'
}

/** The access token of this person: `HF_TOKEN`, or the file that `hf auth login` wrote. Sent to the endpoint only. */
export function hubToken(env: Environment): string | undefined {
  if (env['HF_TOKEN']) return env['HF_TOKEN']
  try {
    const file = env['HF_TOKEN_PATH'] ? expandHome(env['HF_TOKEN_PATH']) : path.join(hubHome(env), 'token')
    const token = readFileSync(file, 'utf8').trim()
    return /^[\x21-\x7e]{1,1000}$/.test(token) ? token : undefined
  } catch {
    return undefined
  }
}
