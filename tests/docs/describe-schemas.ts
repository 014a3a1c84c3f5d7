import { enforced, refused } from '../../packages/constraint/src/testing/schema-keywords.ts'
import { formatNames } from '../../packages/constraint/src/json-schema/formats.ts'

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

export function describeFormats(): string {
  return `${formatNames.map(code).join(', ')}.`
}

function code(text: string): string {
  return `\`${text}\``
}
