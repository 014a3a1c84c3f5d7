/** Whether a driver of this kind of GPU seems to be here; always so for kinds of which no files are known. */
export function hasDriver(kind: string): boolean
