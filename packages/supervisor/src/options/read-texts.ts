import { WoolgatherError } from '@woolgather/workflow'

export function readPort(text: string, flag: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw refuse(flag, '0 to 65535', text)
}

export function readSeconds(text: string, flag: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0) return seconds
  throw refuse(flag, 'seconds, 0 for never', text)
}

export function readCount(text: string, flag: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 10) return count
  throw refuse(flag, 'how many proxies stand in front, 1 to 10', text)
}

/** `/wool`, whichever slashes were written; empty: none. */
export function readPath(text: string, flag: string): string {
  const path = text.replace(/^\/+|\/+$/g, '')
  if (path === '') return ''
  if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(path) && !path.split('/').some((part) => /^\.+$/.test(part)))
    return `/${path}`
  throw refuse(flag, 'a path, such as /wool', text)
}

function refuse(flag: string, must: string, text: string): WoolgatherError {
  return new WoolgatherError('invalid-input', `${flag} must be ${must}, not “${text}”.`)
}
