/** Bytes that a name may have on every disk, and a number behind it. */
const mostBytes = 195

/** Whether that is the name of a file on every system: it does not look hidden, and leads out of no folder. */
export function isFileName(name: string): boolean {
  return (
    /^[^\\/:*?"<>|\p{Cc}.][^\\/:*?"<>|\p{Cc}]*$/u.test(name) &&
    !/[. ]$/.test(name) &&
    Buffer.byteLength(name) <= mostBytes
  )
}
