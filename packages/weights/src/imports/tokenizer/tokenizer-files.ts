import { z } from 'zod'
import { fileOf, readFileOf, type CheckpointFiles } from '../format/checkpoint-files.ts'
import { readTextFile } from '../format/read-json.ts'

const addedSchema = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string(),
  special: z.boolean().optional(),
  normalized: z.boolean().optional(),
})
/** A token that was added to a vocabulary. */
export type AddedToken = z.infer<typeof addedSchema>

const pairSchema = z.union([z.string(), z.tuple([z.string(), z.string()])])

/** Steps of a pre-tokenizer, normaliser, decoder or post-processor, whatever they are. */
export interface Step {
  [key: string]: unknown
  type?: string | undefined
}
const stepSchema: z.ZodType<Step> = z.looseObject({ type: z.string().optional() })

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(addedSchema).nullish(),
  normalizer: stepSchema.nullish(),
  pre_tokenizer: stepSchema.nullish(),
  post_processor: stepSchema.nullish(),
  decoder: stepSchema.nullish(),
  model: z.looseObject({
    type: z.string().nullish(),
    vocab: z.unknown().optional(),
    merges: z.array(pairSchema).nullish(),
    ignore_merges: z.boolean().nullish(),
    byte_fallback: z.boolean().nullish(),
  }),
})
/** `tokenizer.json`. */
export type TokenizerJson = z.infer<typeof tokenizerSchema>

const configSchema = z.record(z.string(), z.unknown())
/** `tokenizer_config.json`. */
export type TokenizerConfig = z.infer<typeof configSchema>

/** Tokenizers of 262,144 tokens have some 35 MB. */
const mostBytes = 268_435_456

/** All that says how a checkpoint's texts become tokens. */
export interface TokenizerFiles {
  files: CheckpointFiles
  json: TokenizerJson | undefined
  config: TokenizerConfig | undefined
  /** `config.json`. */
  model: TokenizerConfig
}

/** @throws WoolgatherError model-unreadable */
export async function readTokenizerFiles(files: CheckpointFiles): Promise<TokenizerFiles> {
  return {
    files,
    json: await readFileOf(files, 'tokenizer.json', tokenizerSchema, mostBytes),
    config: await readFileOf(files, 'tokenizer_config.json', configSchema),
    model: (await readFileOf(files, 'config.json', configSchema)) ?? {},
  }
}

const idsSchema = z.record(z.string(), z.int().nonnegative())

/** `added_tokens.json`: ids by tokens. */
export async function readAddedTokens(files: CheckpointFiles): Promise<Readonly<Record<string, number>>> {
  return (await readFileOf(files, 'added_tokens.json', idsSchema)) ?? {}
}

const decoderSchema = z.record(
  z.string().regex(/^\d{1,8}$/),
  z.looseObject({
    content: z.string(),
    special: z.boolean().optional(),
    normalized: z.boolean().optional(),
  }),
)

/** `added_tokens_decoder` of the tokenizer's configuration. */
export function addedByConfig(config: TokenizerConfig | undefined): AddedToken[] {
  const found = decoderSchema.safeParse(config?.['added_tokens_decoder']).data ?? {}
  return Object.entries(found).map(([id, token]) => ({ ...token, id: Number(id) }))
}

/** A token as the configuration names it: its text, or what it says of it. */
export function contentOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  const content: unknown = (entry as { content?: unknown } | null | undefined)?.content
  return typeof content === 'string' ? content : undefined
}

const templateSchema = z.array(z.looseObject({ name: z.string(), template: z.string() }))
export type NamedTemplates = z.infer<typeof templateSchema>

/** The chat template, or several by their names. @throws WoolgatherError model-unreadable */
export async function readChatTemplate({
  files,
  config,
}: TokenizerFiles): Promise<string | NamedTemplates | undefined> {
  if (config === undefined) return undefined
  const own = config['chat_template']
  if (typeof own === 'string') return own
  if (Array.isArray(own)) return templateSchema.safeParse(own).data
  const jinja = fileOf(files, 'chat_template.jinja')
  if (jinja !== undefined) return readTextFile(jinja)
  const json = await readFileOf(files, 'chat_template.json', configSchema)
  const inJson = json?.['chat_template']
  return typeof inJson === 'string' ? inJson : templateSchema.safeParse(inJson).data
}
