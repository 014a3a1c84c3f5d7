import type { RunError } from '@woolgather/workflow'
import type { Response } from 'express'
import type { Answer, TokenLogprob } from './answer-call.ts'
import { describeError } from './call-error.ts'
import { warningsField, type Format } from './formats.ts'

/** Milliseconds in which nothing comes until a comment is sent: first, and from then on. */
export interface Silence {
  first: number
  next: number
}

/** A proxy may take a connection for dead where nothing comes: its usual patience is a minute. */
export const usualSilence: Silence = { first: 10_000, next: 15_000 }

/** An answer that is sent while it is made: server-sent events, one choice beside another. */
export interface AnswerStream {
  /** Whether something was sent, so that what fails can be no plain error any more. */
  readonly begun: boolean
  text(choice: number, piece: string, logprobs: readonly TokenLogprob[]): void
  /** A choice is whole. */
  finish(choice: number, answer: Answer): void
  /** @param usage as clients read it, where they asked for it */
  end(usage?: object): void
  fail(error: RunError): void
}

/** While nothing comes a comment is sent now and then. */
export function createStream(
  response: Response,
  format: Format,
  { head, silence = usualSilence }: { head: object; silence?: Silence | undefined },
): AnswerStream {
  /** Of choices that were begun, what was told of their tokens. */
  const told = new Map<number, TokenLogprob[]>()
  let timer: NodeJS.Timeout | undefined

  const write = (lines: string): void => {
    if (!response.headersSent) {
      response.set({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx collects answers otherwise
        'x-accel-buffering': 'no',
      })
    }
    response.write(`${lines}\n\n`)
    listen(silence.next)
  }

  const listen = (patience: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => write(': still at it'), patience)
  }

  const send = (data: object): void => write(`data: ${JSON.stringify(data)}`)

  const chunk = (
    index: number,
    piece: { text: string; logprobs: readonly TokenLogprob[]; answer?: Answer },
  ): void => {
    const before = told.get(index)
    const choice = format.chunkChoice({ ...piece, index, first: before === undefined, before: before ?? [] })
    told.set(index, [...(before ?? []), ...piece.logprobs])
    const warnings = warningsField(piece.answer?.warnings ?? [])
    send({ ...head, object: format.chunkObject, choices: [choice], ...warnings })
  }

  listen(silence.first)
  response.once('close', () => clearTimeout(timer))
  const close = (): void => {
    response.end()
    clearTimeout(timer)
  }
  return {
    get begun() {
      return response.headersSent
    },
    text: (choice, text, logprobs) => chunk(choice, { text, logprobs }),
    finish(choice, answer) {
      const logprobs = answer.logprobs.slice(told.get(choice)?.length ?? 0)
      chunk(choice, { text: '', logprobs, answer })
    },
    end(usage) {
      if (usage !== undefined) send({ ...head, object: format.chunkObject, choices: [], usage })
      write('data: [DONE]')
      close()
    },
    fail(error) {
      send({ error: describeError(error, 500) })
      close()
    },
  }
}
