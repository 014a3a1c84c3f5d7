import { resolveFolders } from '@woolgather/supervisor'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { printable } from '../print/print-issues.ts'
import { printWarnings } from '../print/print-warnings.ts'
import { readNodes } from '../reading/known-nodes.ts'
import { readWorkflow } from '../reading/read-workflow.ts'

export interface ValidateOptions {
  set?: string[]
  target?: string[]
  nodes?: string[]
}

/** `woolgather validate FILE`: returns the exit code. */
export async function validate(file: string, options: ValidateOptions, io: CliIo): Promise<number> {
  const { descriptions, broken } = await readNodes(resolveFolders({ nodes: options.nodes }).nodes, io)
  const { workflow, warnings } = await readWorkflow(file, io.stdin, descriptions, {
    set: options.set ?? [],
    targets: options.target,
    broken,
  })
  const nodes = Object.keys(workflow.nodes).length
  io.stdout.write(`“${printable(workflow.name)}” is valid: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}.\n`)
  printWarnings(warnings, io.stderr)
  return exitCodes.ok
}
