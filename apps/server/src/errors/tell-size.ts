/** What is told of a request or message that is larger than what is taken. `arrived`: absent where it is not known. */
export function tooLargeText(what: string, most: number, arrived?: number): string {
  const found = arrived === undefined ? 'more bytes than' : `${tellSize(arrived)}, more than`
  return `${what} has ${found} the limit of ${tellSize(most)}.`
}

/** `16,842,752 bytes (16.1 MiB)` */
function tellSize(bytes: number): string {
  const mebibytes = (bytes / 1_048_576).toLocaleString('en', { maximumFractionDigits: 1 })
  return `${bytes.toLocaleString('en')} bytes (${mebibytes} MiB)`
}
