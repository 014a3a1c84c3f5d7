import { tellChoices, type InputDescription, type NodeDescription } from '@woolgather/workflow'
import { resolveFolders } from '@woolgather/supervisor'
import pc from 'picocolors'
import type { CliIo } from '../io/cli-io.ts'
import { readNodes } from '../reading/known-nodes.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { jsonText } from '../print/json-text.ts'

/** `woolgather nodes`: what can be in a workflow. Returns the exit code. */
export async function listNodes(
  { json, nodes }: { json?: boolean; nodes?: string[] },
  io: CliIo,
): Promise<number> {
  const { descriptions } = await readNodes(resolveFolders({ nodes }).nodes, io)
  if (json) io.stdout.write(`${jsonText(descriptions, 2)}\n`)
  else for (const description of descriptions) io.stdout.write(describe(description))
  return exitCodes.ok
}

function describe({ type, description, inputs, outputs }: NodeDescription): string {
  return [
    `${pc.bold(type)}  ${description}`,
    ...inputs.map((input) => `  ${pc.dim('in ')} ${describeInput(input)}`),
    ...outputs.map(
      (output) => `  ${pc.dim('out')} ${output.name}: ${output.type}  ${pc.dim(output.description)}`,
    ),
    '',
    '',
  ].join('\n')
}

function describeInput({ name, type, required, description, ...input }: InputDescription): string {
  const fallback = input.default === undefined ? '' : ` = ${JSON.stringify(input.default)}`
  const about = [description, tellChoices(input.schema)].filter((part) => part !== undefined).join(' ')
  return `${name}: ${type}${required ? '' : '?'}${fallback}  ${pc.dim(about)}`
}
