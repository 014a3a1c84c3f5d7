import { endpoints, errorResponseSchema, type Endpoint } from '@woolgather/protocol'
import { z } from 'zod'

/** The HTTP interface as an OpenAPI 3.1 document, made from the schemas that check it. */
export function describeApi(version: string, basePath: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of Object.values<Endpoint>(endpoints)) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    ;(paths[path] ??= {})[endpoint.method] = describeEndpoint(endpoint)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Woolgather',
      version,
      description: 'Events over a socket are described in docs/server.md.',
    },
    ...(basePath !== '' && { servers: [{ url: basePath }] }),
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
  }
}

function describeEndpoint({ path, summary, query, body, answer, status }: Endpoint): object {
  const error = { description: 'What is wrong, and what to do', content: json(errorResponseSchema) }
  return {
    summary,
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body !== undefined && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      [status ?? (answer === 'none' ? 204 : 200)]: {
        description: summary,
        ...(answer !== 'none' && { content: contentOf(answer) }),
      },
      default: error,
    },
  }
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | undefined): object[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

function contentOf(what: z.ZodType | 'bytes' | 'beginning'): object {
  if (what === 'bytes' || what === 'beginning')
    return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return json(what)
}

function json(schema: z.ZodType): object {
  return { 'application/json': { schema: schemaOf(schema) } }
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
