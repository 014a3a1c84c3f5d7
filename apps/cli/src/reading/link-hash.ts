import type { Readable } from 'node:stream'
import { deflateRawSync } from 'node:zlib'
import { linkBeginning, mostLinkRead } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import { findIn } from './read-workflow.ts'

/**
 * A workflow as the end of the address that opens it: the editor reads it there, and nothing is saved.
 * @throws CliError where there is none, or it is too large for that
 */
export async function linkHash(file: string, stdin: Readable): Promise<string> {
  const { workflow } = await findIn(file, stdin)
  const hash = linkBeginning + deflateRawSync(JSON.stringify(workflow)).toString('base64url')
  if (hash.length <= mostLinkRead) return hash
  throw new CliError([
    {
      code: 'file-too-large',
      message: `“${file}” is too large to be opened from the command line.`,
      hint: 'Start without it, and drop the file on the editor.',
    },
  ])
}
