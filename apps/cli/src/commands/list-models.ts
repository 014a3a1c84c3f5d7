import { openChosenFiles, openModels, type ListedModel } from '@woolgather/files'
import { readWorkerMemory, resolveFolders } from '@woolgather/supervisor'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { alignColumns } from '../print/align-columns.ts'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { placeNames } from '../print/place-names.ts'
import { printable } from '../print/print-issues.ts'
import { jsonText } from '../print/json-text.ts'

export interface ListModelsOptions {
  models?: string[]
  data?: string
  json?: boolean
  /** A file or folder to use where it lies, from now on. */
  add?: string
  /** One to use no more; it stays where it is. */
  forget?: string
}

/** `woolgather models`: GGUF files as workflows name them, wherever on this machine they lie. Returns the exit code. */
export async function listModels(options: ListModelsOptions, io: CliIo): Promise<number> {
  for (const folder of options.models ?? []) {
    if (!existsSync(folder)) throw noFolder(folder)
  }
  const { models: folders, data } = resolveFolders(options)
  if (options.add !== undefined || options.forget !== undefined) return choose(options, data, io)
  const { files, unreadable } = await openModels({ folders, data }).list()
  const limit = readWorkerMemory(process.env['WOOLGATHER_WORKER_MEMORY'])
  const listed = files.map((model) => ({
    ...model,
    ...(model.memoryBytes !== undefined && { fits: model.memoryBytes <= limit }),
  }))
  if (options.json) io.stdout.write(`${jsonText(listed, 2)}\n`)
  else if (files.length > 0) io.stdout.write(`${printable(table(listed))}\n`)
  if (files.length === 0) io.stderr.write(`No models in ${folders.join(' or ')}.\n`)
  for (const { file, message, hint } of unreadable) {
    io.stderr.write(`${printable([`${file}: ${message}`, hint].filter(Boolean).join(' '))}\n`)
  }
  return exitCodes.ok
}

async function choose({ add, forget }: ListModelsOptions, data: string, io: CliIo): Promise<number> {
  const chosen = openChosenFiles(data)
  if (add !== undefined) {
    const { file } = await chosen.add(path.resolve(add))
    io.stdout.write(`${printable(file ?? path.resolve(add))}\n`)
  }
  if (
    forget !== undefined &&
    !(await chosen.forget(forget)) &&
    !(await chosen.forget(path.resolve(forget)))
  ) {
    throw new CliError([{ code: 'not-found', message: `“${forget}” was not added.` }])
  }
  return exitCodes.ok
}

function noFolder(folder: string): CliError {
  return new CliError([
    {
      code: 'file-not-found',
      message: `--models “${folder}”: there is no such folder.`,
      hint: 'Look for a slip in its name.',
    },
  ])
}

function table(files: readonly (ListedModel & { fits?: boolean })[]): string {
  const rows = files.map((model) => {
    const { file, kind, architecture, quantization, parameters, bytes, source, description = '' } = model
    return [
      file,
      kind,
      architecture,
      quantization,
      kind === 'model' ? `${(parameters / 1e6).toFixed(1)} M` : '',
      `${(bytes / 1e6).toFixed(1)} MB`,
      [source === 'folder' ? '' : `from ${placeNames[source]}.`, tooLarge(model), description]
        .filter((part) => part !== '')
        .join(' '),
    ]
  })
  return alignColumns(rows)
}

function tooLarge({ fits, memoryBytes = 0 }: ListedModel & { fits?: boolean }): string {
  return fits === false
    ? `Takes ${(memoryBytes / 1e9).toFixed(1)} GB, more than this machine has for it.`
    : ''
}
