import { createModelLister, type ListedModel } from '@woolgather/gguf'
import { resolveFolders } from '@woolgather/supervisor'
import { existsSync } from 'node:fs'
import { alignColumns } from '../print/align-columns.ts'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { printable } from '../print/print-issues.ts'

/** `woolgather models`: GGUF files as workflows name them. Returns the exit code. */
export async function listModels(options: { models?: string[]; json?: boolean }, io: CliIo): Promise<number> {
  for (const folder of options.models ?? []) {
    if (!existsSync(folder)) throw noFolder(folder)
  }
  const folders = resolveFolders(options).models
  const { files, unreadable } = await createModelLister(folders)()
  if (options.json) io.stdout.write(`${JSON.stringify(files, null, 2)}\n`)
  else if (files.length > 0) io.stdout.write(`${printable(table(files))}\n`)
  if (files.length === 0) io.stderr.write(`No models in ${folders.join(' or ')}.\n`)
  for (const { file, message } of unreadable) io.stderr.write(`${printable(`${file}: ${message}`)}\n`)
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

function table(files: readonly ListedModel[]): string {
  const rows = files.map(
    ({ file, kind, architecture, quantization, parameters, bytes, description = '' }) => [
      file,
      kind,
      architecture,
      quantization,
      kind === 'model' ? `${(parameters / 1e6).toFixed(1)} M` : '',
      `${(bytes / 1e6).toFixed(1)} MB`,
      description,
    ],
  )
  return alignColumns(rows)
}
