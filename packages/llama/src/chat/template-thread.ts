import { workerData, type MessagePort } from 'node:worker_threads'
import { compileTemplate, renderTemplate, type CompiledTemplate, type Rendering } from './render-template.ts'

/** What `TemplateThread` starts: renders one template, as often as it is asked, and counts its answers. */
const { jinja, port, answers } = workerData as { jinja: string; port: MessagePort; answers: Int32Array }
let template: CompiledTemplate | undefined

port.on('message', (rendering: Rendering) => {
  template ??= compileTemplate(jinja)
  port.postMessage(renderTemplate(template, rendering))
  Atomics.add(answers, 0, 1)
  Atomics.notify(answers, 0)
})
