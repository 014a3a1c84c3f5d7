import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { compileTemplate, renderTemplate, type Rendered, type Rendering } from './render-template.ts'

/** A real template takes milliseconds, on a slow machine and of a long conversation too. */
const mostMilliseconds = 10_000
/** What is waited for without letting others run: a thread takes a fifth of it to start, a real template a thousandth. */
const shortMilliseconds = 500
/** How often a template may take longer than that before its answers are only waited for while others run. */
const mostDelays = 3
/** Threads kept: models that are used at once. */
const keptThreads = 4

// The sources, as tests run them, cannot be loaded into a thread.
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Renders templates that came with a file, and so may be anybody's: each in a thread of its own, so that one that never
 * ends holds up nobody else, and is ended.
 */
export class TemplateThreads {
  /** By template, the one used last at the end. */
  readonly #threads = new Map<string, TemplateThread>()

  render(jinja: string, rendering: Rendering): Promise<Rendered> {
    if (!isBuilt) return Promise.resolve(renderTemplate(compileTemplate(jinja), rendering))
    const thread =
      this.#threads.get(jinja) ?? new TemplateThread(jinja, new URL('./template-thread.js', import.meta.url))
    this.#threads.delete(jinja)
    this.#threads.set(jinja, thread)
    for (const [oldest, unused] of this.#threads) {
      if (this.#threads.size <= keptThreads) break
      this.#threads.delete(oldest)
      unused.end()
    }
    return thread.render(rendering)
  }
}

interface Asked {
  worker: Worker
  port: MessagePort
  /** Counts the answers. */
  answers: Int32Array
}

/**
 * A thread that renders one template, one conversation after the other. Started when needed. Its answers are waited for in
 * place, as those of a function are: which requests share a step of decoding, and with that the last bits of what they
 * compute, must not depend on when a thread answers. Only one that takes long is waited for while others run.
 */
export class TemplateThread {
  readonly #jinja: string
  readonly #file: URL
  readonly #milliseconds: number
  readonly #shortMilliseconds: number
  #asked: Asked | undefined
  #delays = 0
  #last: Promise<unknown> = Promise.resolve()
  /** Not answered yet, by what is asked: the cells of a sweep ask for the same at once. */
  readonly #open = new Map<string, Promise<Rendered>>()
  /** How often it was ended because it took too much, and what was said the last time. */
  #excesses = 0
  #excess: Rendered | undefined
  #waiting = 0
  #retired = false

  constructor(
    jinja: string,
    file: URL,
    { milliseconds = mostMilliseconds, inPlace = shortMilliseconds } = {},
  ) {
    this.#jinja = jinja
    this.#file = file
    this.#milliseconds = milliseconds
    this.#shortMilliseconds = inPlace
  }

  /** Never rejects. What waits behind a conversation that took too much is refused with it. */
  render(rendering: Rendering): Promise<Rendered> {
    const key = JSON.stringify(rendering)
    const open = this.#open.get(key)
    if (open !== undefined) return open
    const before = this.#excesses
    this.#waiting++
    const rendered = this.#last.then(async () => {
      const excess = this.#excesses > before ? this.#excess : undefined
      const found = excess ?? (await this.#ask(rendering))
      this.#open.delete(key)
      this.#waiting--
      if (this.#retired) this.end()
      return found
    })
    this.#last = rendered
    this.#open.set(key, rendered)
    return rendered
  }

  /** Ends the thread when it has nothing left to do. */
  end(): void {
    this.#retired = true
    if (this.#waiting > 0) return
    void this.#asked?.worker.terminate()
    this.#asked = undefined
  }

  #ask(rendering: Rendering): Rendered | Promise<Rendered> {
    const asked = (this.#asked ??= this.#start())
    const { port, answers } = asked
    const before = Atomics.load(answers, 0)
    port.postMessage(rendering)
    if (this.#delays < mostDelays) {
      Atomics.wait(answers, 0, before, this.#shortMilliseconds)
      const answer = receiveMessageOnPort(port) as { message: Rendered } | undefined
      if (answer !== undefined) return answer.message
      this.#delays++
    }
    return this.#answerOf(asked)
  }

  #answerOf(asked: Asked): Promise<Rendered> {
    const { worker, port } = asked
    return new Promise((resolve) => {
      const settle = (rendered: Rendered): void => {
        clearTimeout(timer)
        port.off('message', settle)
        worker.off('error', broke)
        worker.unref()
        port.unref()
        resolve(rendered)
      }
      const giveUp = (message: string): void => {
        this.#asked = undefined
        void worker.terminate()
        this.#excesses++
        this.#excess = { problem: 'excessive', message }
        settle(this.#excess)
      }
      const broke = ({ message }: Error): void => giveUp(message)
      const timer = setTimeout(
        () => giveUp(`it takes more than ${this.#milliseconds / 1000} seconds`),
        this.#milliseconds,
      )
      port.on('message', settle)
      worker.on('error', broke)
      worker.ref()
    })
  }

  #start(): Asked {
    const { port1: port, port2 } = new MessageChannel()
    const answers = new Int32Array(new SharedArrayBuffer(4))
    port.unref()
    const worker = new Worker(this.#file, {
      workerData: { jinja: this.#jinja, port: port2, answers },
      transferList: [port2],
    })
    // Without a listener, an error between two conversations would end the process.
    worker.on('error', () => undefined)
    worker.unref()
    return { worker, port, answers }
  }
}
