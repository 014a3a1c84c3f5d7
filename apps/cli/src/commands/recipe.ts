import { openModels } from '@woolgather/files'
import { GgufError, openGguf } from '@woolgather/gguf'
import { resolveFolders } from '@woolgather/supervisor'
import { provenanceKeys, type Json } from '@woolgather/workflow'
import { stat } from 'node:fs/promises'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { jsonText } from '../print/json-text.ts'

export interface RecipeOptions {
  models?: string[]
  only?: boolean
}

/**
 * `woolgather recipe`: the workflow that a saved file carries, as JSON that runs again; with `only`, the recipe of just
 * this file. Returns the exit code.
 * @throws CliError where there is no such file, it is no GGUF, or it carries none
 */
export async function printRecipe(file: string, { models, only }: RecipeOptions, io: CliIo): Promise<number> {
  const found = await find(file, resolveFolders(models === undefined ? {} : { models }).models)
  const text = await readText(found, file, provenanceKeys[only ? 'recipe' : 'workflow'])
  io.stdout.write(`${jsonText(parse(text, file), 2)}\n`)
  return exitCodes.ok
}

async function find(file: string, folders: readonly string[]): Promise<string> {
  if (await isFile(file)) return file
  const found = await openModels({ folders })
    .locate(file)
    .catch(() => undefined)
  if (found !== undefined && (await isFile(found.path))) return found.path
  throw problem('file-not-found', `There is no file “${file}”, nor is it in ${folders.join(' or ')}.`)
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
}

async function readText(found: string, file: string, key: string): Promise<string> {
  try {
    await using gguf = await openGguf(found)
    const value = await gguf.value(key)
    if (value?.type === 'text') return value.value
  } catch (error) {
    if (!(error instanceof GgufError)) throw error
    throw problem('model-unreadable', `“${file}” cannot be read: ${error.message}.`, error.hint)
  }
  throw problem(
    'not-found',
    `“${file}” does not tell what made it.`,
    'Models, LoRAs and control vectors that Woolgather’s saving nodes wrote carry their workflow.',
  )
}

function parse(text: string, file: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw problem('invalid-json', `What “${file}” tells of its making is no JSON.`)
  }
}

function problem(
  code: 'file-not-found' | 'model-unreadable' | 'not-found' | 'invalid-json',
  message: string,
  hint?: string,
): CliError {
  return new CliError([{ code, message, ...(hint !== undefined && { hint }) }])
}
