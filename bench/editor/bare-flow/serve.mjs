// Builds the page of bare React Flow, and serves it from memory.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' }

/** The address of the page, to which `?nodes=` is added, and how to end it. */
export async function serveBareFlow() {
  const { output } = await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false },
  })
  const files = new Map(output.map((file) => [`/${file.fileName}`, file.code ?? file.source]))
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname
    const file = files.get(path === '/' ? '/index.html' : path)
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': types[path.split('.').at(-1)] ?? types.html,
    })
    response.end(file)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
