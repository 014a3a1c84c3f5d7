import { enforced, refused } from '../../packages/constraint/src/testing/schema-keywords.ts'
import { formatSamples } from '../../packages/constraint/src/testing/format-samples.ts'

/** Keywords of JSON Schema, with a schema and texts that meet it or do not. */
export function describeEnforced(): string {
  return enforced
    .flatMap(({ keywords, says, schema, right, wrong }) => [
      `- **${keywords.map(code).join(', ')}**. ${says}`,
      `  - ${code(JSON.stringify(schema))}`,
      `  - ${right.map(code).join(', ')}; not ${wrong.map(code).join(', ')}`,
    ])
    .join('\n')
}

export function describeRefused(): string {
  return refused.map(({ what, instead }) => `- ${what}. Instead: ${instead}.`).join('\n')
}

/** Each format with texts of it and texts that are none, and what of it is not written. */
export function describeFormats(): string {
  return Object.entries(formatSamples)
    .flatMap(([name, { without, right, wrong }]) => [
      `- **${code(name)}**. ${list(right)}; not ${list(wrong)}.`,
      ...(without === undefined ? [] : [`  Not written: ${without}`]),
    ])
    .join('\n')
}

const longestShown = 60

function list(texts: readonly string[]): string {
  return texts
    .map((text) =>
      text === '' ? 'nothing' : text.length > longestShown ? `${text.length} letters` : code(text),
    )
    .join(', ')
}

function code(text: string): string {
  return `\`${text}\``
}
