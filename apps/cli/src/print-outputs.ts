import type { Json } from '@woolgather/workflow'
import type { Outputs } from './assemble-outputs.ts'
import type { TextSink } from './cli-io.ts'
import { printable } from './print-issues.ts'

/** Prints what a run made: the one output as it is, several each after its name. Texts as text, the rest as JSON. */
export function printOutputs(outputs: Outputs, stdout: TextSink): void {
  const all = Object.entries(outputs).flatMap(([node, values]) =>
    Object.entries(values).map(([output, value]) => ({ name: `${node}.${output}`, value })),
  )
  for (const { name, value } of all) {
    if (all.length > 1) stdout.write(`${name}:\n`)
    const text = asText(value)
    stdout.write(`${stdout.isTTY ? printable(text) : text}\n`)
  }
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
