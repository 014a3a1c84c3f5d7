import { writeWhole } from '@woolgather/disk'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { findIn } from '../reading/read-workflow.ts'
import { checkNotRead } from '../io/same-file.ts'
import { checkWritable } from '../print/write-result.ts'
import { jsonText } from '../print/json-text.ts'

/** `woolgather import FILE`: the workflow that a file carries, on stdout or in a file. Returns the exit code. */
export async function importWorkflow(file: string, options: { out?: string }, io: CliIo): Promise<number> {
  const { workflow } = await findIn(file, io.stdin)
  const text = `${jsonText(workflow, 2)}\n`
  if (options.out === undefined) {
    io.stdout.write(text)
    return exitCodes.ok
  }
  await checkNotRead(options.out, [{ file, what: 'the file that is read' }])
  await checkWritable(options.out)
  await writeWhole(options.out, text)
  return exitCodes.ok
}
