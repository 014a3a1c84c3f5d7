import type { RequestHandler } from 'express'

/** The address as it is without a base path, which a proxy may have taken away already. */
export function withoutBase(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url
  const rest = url.slice(basePath.length)
  if (rest === '') return '/'
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : url
}

/** Serves everything below a path, too. */
export function stripBase(basePath: string): RequestHandler {
  return (request, response, next) => {
    // What a page names is found beside it only where its address ends with a slash.
    if (basePath !== '' && request.method === 'GET' && request.path === basePath)
      return response.redirect(308, `${basePath}/${request.url.slice(basePath.length)}`)
    request.url = withoutBase(request.url, basePath)
    next()
  }
}
