import { listOf, type Json } from '@woolgather/workflow'
import { z } from 'zod'

/** A setting of OpenAI's interfaces, beside what is asked. */
export interface Parameter {
  schema: z.ZodType
  /** Input of the node that generates which takes it. */
  input?: string
  /** What that input is given, and an `api/input`, too; default: the value. */
  read?: (value: never) => Json
  /** Other names of an `api/input` that takes it. */
  names?: readonly string[]
  /** Whether a value asks for nothing. */
  idle?: (value: never) => boolean
  /** Where nothing takes it the answer is none the wronger: it is passed over. */
  optional?: true
}

const number = z.number()
const isEmpty = (value: Json[] | Record<string, Json> | string): boolean => Object.keys(value).length === 0
const isZero = (value: number): boolean => value === 0
const isOne = (value: number): boolean => value === 1
const isOff = (value: boolean): boolean => !value

/** Where a seed of a model ends. */
const seeds = 4_294_967_296

/**
 * What changes the answer, and where it goes: to an `api/input` of that name, else to the node that generates the answer.
 * Where neither is there it is refused, if it is not `optional`. What is not listed changes nothing of the answer (`user`,
 * `metadata`), or is nothing that OpenAI's interfaces have.
 */
export const parameters = {
  temperature: { schema: number, input: 'temperature', optional: true },
  top_p: { schema: number, input: 'topP', names: ['topP'], optional: true },
  max_tokens: { schema: z.int().positive(), input: 'maxTokens', names: ['maxTokens'], optional: true },
  seed: {
    schema: z.int(),
    input: 'seed',
    read: (seed: number) => ((seed % seeds) + seeds) % seeds,
    optional: true,
  },
  stop: {
    schema: z.union([z.string(), listOf(z.string().min(1)).max(64)]),
    input: 'stop',
    read: (stop: string | string[]) => (typeof stop === 'string' ? [stop] : stop),
    idle: isEmpty,
  },
  frequency_penalty: { schema: number, input: 'frequencyPenalty', idle: isZero },
  presence_penalty: { schema: number, input: 'presencePenalty', idle: isZero },
  logit_bias: { schema: z.record(z.string(), number), idle: isEmpty },
  tools: { schema: z.array(z.json()), idle: isEmpty },
  tool_choice: {
    schema: z.json(),
    idle: (choice: Json) => choice === 'none' || choice === 'auto',
  },
  functions: { schema: z.array(z.json()), idle: isEmpty },
  function_call: { schema: z.json(), idle: (choice: Json) => choice === 'none' || choice === 'auto' },
  modalities: {
    schema: z.array(z.json()),
    idle: (given: Json[]) => given.every((modality) => modality === 'text'),
  },
  audio: { schema: z.json() },
  web_search_options: { schema: z.json() },
  best_of: { schema: number, idle: isOne },
  echo: { schema: z.boolean(), idle: isOff },
  suffix: { schema: z.string(), idle: isEmpty },
  // What other servers of models take besides.
  top_k: { schema: number, input: 'topK', names: ['topK'], idle: (k: number) => k <= 0 },
  min_p: { schema: number, input: 'minP', names: ['minP'], idle: isZero },
  repeat_penalty: { schema: number, input: 'repeatPenalty', idle: isOne },
  repetition_penalty: { schema: number, input: 'repeatPenalty', idle: isOne },
  reasoning_effort: {
    schema: z.string(),
    input: 'templateArguments',
    read: (effort: string) => ({ reasoning_effort: effort }),
    optional: true,
  },
  chat_template_kwargs: {
    schema: z.record(z.string(), z.json()),
    input: 'templateArguments',
    names: ['templateArguments'],
    idle: isEmpty,
  },
  grammar: { schema: z.string(), idle: isEmpty },
  json_schema: { schema: z.json() },
  guided_json: { schema: z.json() },
  guided_regex: { schema: z.string() },
  guided_choice: { schema: z.json() },
  guided_grammar: { schema: z.string() },
  ignore_eos: { schema: z.boolean(), idle: isOff },
  min_tokens: { schema: number, idle: isZero },
} as const satisfies Record<string, Parameter>

export type ParameterName = keyof typeof parameters

export const parameterFields = Object.fromEntries(
  Object.entries(parameters).map(([name, { schema }]) => [name, schema.nullable().optional()]),
) as unknown as { [Name in ParameterName]: z.ZodOptional<z.ZodNullable<z.ZodType<Json>>> }
