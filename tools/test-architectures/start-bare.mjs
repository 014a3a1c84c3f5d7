import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('bare.mjs', import.meta.url))

/** llama.cpp itself does not do this: there is nothing to hold against. */
export class BareFails extends Error {}

/** Bare llama.cpp in a process of its own; where that ends, the next question starts another. */
export function startBare() {
  let child
  let count = 0
  const waiting = new Map()
  const start = () => {
    child = fork(program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    child.on('message', ({ id, value, error }) => {
      const { resolve, reject } = waiting.get(id)
      waiting.delete(id)
      if (error === undefined) resolve(value)
      else reject(new BareFails(`llama.cpp itself: ${error}`))
    })
    child.on('exit', (code, signal) => {
      child = undefined
      for (const { reject } of waiting.values())
        reject(
          new BareFails(`llama.cpp itself ends its process where it is asked the same (${signal ?? code})`),
        )
      waiting.clear()
    })
  }
  return {
    ask(name, options, timeout = 60_000) {
      if (child === undefined) start()
      const id = count++
      const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
      const asked = child
      const timer = setTimeout(() => asked.kill('SIGKILL'), timeout)
      asked.send({ id, name, options })
      return answer.finally(() => clearTimeout(timer))
    },
    stop: () => child?.disconnect(),
  }
}
