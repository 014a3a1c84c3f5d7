import { carrierOf, carryWorkflow, withoutDatasets } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const saveText: WoolgatherNode = defineNode({
  type: 'output/save-text',
  version: 1,
  title: 'Save text',
  description: 'Writes text to a file below the output folder.',
  sink: true,
  // The file is the point: a cached result would leave it missing after someone deleted it.
  impure: true,
  inputs: {
    text: { type: 'text', description: 'What to write.', schema: z.string(), widget: 'textarea' },
    file: {
      type: 'text',
      title: 'File',
      description: 'Name below the output folder; folders are made as needed.',
      schema: z.string().min(1).default('text.txt'),
      saves: true,
    },
    workflow: {
      type: 'boolean',
      title: 'Keep workflow',
      description:
        'The file carries this workflow: dropped on the editor it opens again. As front matter in .txt and .md, as a field of the first line in .jsonl, in a file beside any other.',
      schema: z.boolean().default(true),
      advanced: true,
    },
    overwrite: {
      type: 'boolean',
      title: 'Overwrite',
      description: 'Replace a file of that name; otherwise a number is added.',
      schema: z.boolean().default(false),
    },
  },
  outputs: { file: { type: 'file', description: 'Where it was written, below the output folder.' } },
  async run({ text, file, overwrite, workflow: keep }, { services, workflow: whole }) {
    const workflow = withoutDatasets(whole)
    const carrier = keep ? carrierOf(file) : undefined
    const carrying = carrier === undefined ? undefined : carryWorkflow(text, carrier, workflow)
    const written = await services.files.writeOutput(file, carrying ?? text, { overwrite })
    if (keep && carrying === undefined) {
      const document = `${JSON.stringify(workflow, null, 2)}\n`
      await services.files.writeOutput(`${written}.workflow.json`, document, { overwrite: true })
    }
    return { file: written }
  },
})
