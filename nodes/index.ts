import { generate } from './generation/generate.ts'
import { model } from './loading/model.ts'
import { preview } from './output/preview.ts'
import { saveText } from './output/save-text.ts'
import type { WoolgatherNode } from './services.ts'
import { template } from './text/template.ts'
import { text } from './text/text.ts'

/** Every node type of the library. A new node is a file and a line here. */
export const definitions: readonly WoolgatherNode[] = [model, generate, text, template, preview, saveText]

export type { Files, LocateOptions, Models, NodeServices, ReadyModel, WoolgatherNode } from './services.ts'
