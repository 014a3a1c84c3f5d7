import type { z } from 'zod'

/** One thing that is asked over HTTP. API description, router, client and docs follow from it. */
export interface Endpoint {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** With its parameters as `:name`. */
  path: `/${string}`
  summary: string
  /** Values arrive as text: numbers are `z.coerce.number<number>()`. */
  query?: z.ZodType
  /** A schema: JSON. `bytes`: a file, whole. `beginning`: of a longer file only the first `largest` bytes are sent. */
  body?: z.ZodType | 'bytes' | 'beginning'
  /** Bytes of the body that are taken; default `usualBodyBytes`. Of `bytes` the handler says it. */
  largest?: number
  answer: z.ZodType | 'bytes' | 'none'
  /** Status of the answer, where all went well; default 200, without an answer 204. */
  status?: number
}

export const usualBodyBytes = 1_048_576

/** `'id' | 'revision'` of `/api/workflows/:id/revisions/:revision` */
type ParameterOf<Path extends string> = Path extends `${string}/:${infer Name}/${infer Rest}`
  ? Name | ParameterOf<`/${Rest}`>
  : Path extends `${string}/:${infer Name}`
    ? Name
    : never

export type ParametersOf<E extends Endpoint> = Record<ParameterOf<E['path']>, string>

/** As whoever answers reads it: defaults are filled in. */
export type QueryOf<E extends Endpoint> = E extends { query: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined

export type BodyOf<E extends Endpoint> = E extends { body: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined

/** `Bytes`: what stands for an answer that is no JSON, a `Blob` to whoever asks. */
export type AnswerOf<E extends Endpoint, Bytes> = Given<E['answer'], Bytes>

type Given<Answer, Bytes> = Answer extends z.ZodType
  ? z.output<Answer>
  : Answer extends 'bytes'
    ? Bytes
    : void

type QueryOfRequest<E extends Endpoint> = E extends { query: infer Schema extends z.ZodType }
  ? object extends z.input<Schema>
    ? { query?: z.input<Schema> }
    : { query: z.input<Schema> }
  : unknown

type BodyOfRequest<E extends Endpoint> = E extends { body: infer Body }
  ? { body: Body extends z.ZodType ? z.output<Body> : Blob }
  : unknown

/** All that must be said to ask: the parameters of the path by their names, `query` and `body`. */
export type RequestOf<E extends Endpoint> = ParametersOf<E> & QueryOfRequest<E> & BodyOfRequest<E>

/** The path with its parameters filled in. */
export function fillPath({ path }: Endpoint, parameters: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''))
}
