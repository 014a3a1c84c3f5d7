/** How much of a text before a colon is looked at. */
const longestTail = 300
const address =
  /[a-z][a-z\d+.-]*:\/\/[^\s()[\]]*$|(?:^|[\s(,])(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})$/i
const hour = /(?:^|\D)(?:[01]?\d|2[0-4])$/

/**
 * Whether the number after a colon belongs to what stands before it: the port of an address (`http://host:8080`), or the
 * minutes of a time (`10:30`). Nobody means a weight of 80, and what is small enough to be one is one.
 */
export function isNoWeight(text: string, colon: number, number: string): boolean {
  if (!/^\d{2,5}$/.test(number)) return false
  const tail = text.slice(Math.max(0, colon - longestTail), colon)
  return address.test(tail) || (/^[0-5]\d$/.test(number) && hour.test(tail))
}
