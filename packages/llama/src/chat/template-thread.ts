import { parentPort, workerData } from 'node:worker_threads'
import { compileTemplate, renderTemplate, type CompiledTemplate, type Rendering } from './render-template.ts'

/** What `TemplateThread` starts: renders one template, as often as it is asked. */
const { jinja } = workerData as { jinja: string }
let template: CompiledTemplate | undefined

parentPort?.on('message', (rendering: Rendering) => {
  template ??= compileTemplate(jinja)
  parentPort?.postMessage(renderTemplate(template, rendering))
})
