import { endpoints, type Endpoint } from '@woolgather/protocol'
import { table } from './table.ts'

/** What can be asked of a server. */
export function describeEndpoints(): string {
  const rows = Object.values<Endpoint>(endpoints).map(({ method, path, query, body, summary }) => {
    const asked = query ? `?${Object.keys(fieldsOf(query)).join('=&')}=` : ''
    return [`\`${method.toUpperCase()} ${path}${asked}\``, describeBody(body), summary]
  })
  return table(['route', 'body', 'does'], rows).join('\n')
}

function describeBody(body: Endpoint['body']): string {
  if (body === undefined) return ''
  if (typeof body === 'string') return 'a file'
  const fields = Object.entries(fieldsOf(body)).map(([name, field]) =>
    field.safeParse(undefined).success ? `${name}?` : name,
  )
  return `\`{ ${fields.join(', ')} }\``
}

type Schema = Exclude<Endpoint['body'], string | undefined>

/** Of the schema of an object; what is asked for or sent is one. */
function fieldsOf(schema: Schema): Record<string, Schema> {
  return (schema as Schema & { shape: Record<string, Schema> }).shape
}
