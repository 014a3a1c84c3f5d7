/**
 * What can be asked of a server, as a table in Markdown.
 * @param {typeof import('@woolgather/protocol').endpoints} endpoints
 */
export function describeEndpoints(endpoints) {
  const rows = Object.values(endpoints).map(({ method, path, query, body, summary }) => {
    const asked = query ? `?${Object.keys(query.shape).join('=&')}=` : ''
    return `| \`${method.toUpperCase()} ${path}${asked}\` | ${describeBody(body)} | ${summary} |`
  })
  return ['| route | body | does |', '| --- | --- | --- |', ...rows].join('\n')
}

function describeBody(body) {
  if (body === undefined) return ''
  if (typeof body === 'string') return 'a file'
  const fields = Object.entries(body.shape).map(([name, field]) =>
    field.safeParse(undefined).success ? `${name}?` : name,
  )
  return `\`{ ${fields.join(', ')} }\``
}
