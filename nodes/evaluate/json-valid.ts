import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { parseJson, readJson } from '../text/read-json.ts'
import { verdict, verdictOutputs } from './verdict.ts'

export const jsonValid: WoolgatherNode = defineNode({
  type: 'evaluate/json-valid',
  version: 1,
  title: 'Valid JSON',
  description: 'Whether a text is JSON, and what it says.',
  inputs: {
    text: { type: 'text', description: 'The text to look at.', schema: z.string(), widget: 'textarea' },
    codeBlock: {
      type: 'boolean',
      description: 'A Markdown code block around the JSON is allowed.',
      schema: z.boolean().default(true),
    },
  },
  outputs: {
    ...verdictOutputs,
    json: { type: 'json', description: 'What it says; null where it is no JSON.' },
    problem: { type: 'text', description: 'Why it is no JSON; empty where it is.' },
  },
  run: ({ text, codeBlock }) => {
    try {
      const json = codeBlock ? readJson(text) : parseJson(text)
      return { ...verdict(true), json, problem: '' }
    } catch (error) {
      return { ...verdict(false), json: null, problem: (error as Error).message }
    }
  },
})
