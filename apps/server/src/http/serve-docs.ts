import { docsPath } from '@woolgather/protocol'
import { Router } from 'express'
import { describeApi } from './describe-api.ts'

/** `/api/docs`: the interface as a small page where a browser asks, else as OpenAPI; `/api/docs.json` is always that. */
export function serveDocs(version: string, basePath: string): Router {
  const router = Router()
  let described: Record<string, unknown> | undefined
  /** When it is first asked for: making it of all schemas takes a fifth of a start. */
  const document = (): Record<string, unknown> => (described ??= describeApi(version, basePath))

  router.get(docsPath, (request, response) => {
    if (request.accepts(['json', 'html']) === 'html') response.type('html').send(pageOf(document()))
    else response.json(document())
  })
  router.get(`${docsPath}.json`, (_request, response) => void response.json(document()))
  return router
}

function pageOf(document: Record<string, unknown>): string {
  const paths = document['paths'] as Record<string, Record<string, { summary: string }>>
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => `<details><summary><code><b>${method.toUpperCase()}</b> ${escape(path)}</code>
 ${escape(operation.summary)}</summary><pre>${escape(JSON.stringify(operation, null, 2))}</pre></details>`,
    ),
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Woolgather: HTTP</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
details{border-bottom:1px solid #8884;padding:.4rem 0}summary{cursor:pointer}pre{overflow:auto;font-size:13px}</style>
<h1>Woolgather: HTTP</h1><p>The same as <a href="docs.json">OpenAPI 3.1</a>.</p>
${rows.join('\n')}</html>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
