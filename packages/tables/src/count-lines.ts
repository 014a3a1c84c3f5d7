/** How many line breaks a text has: those of Unix, Windows and old Macs. */
export function countLines(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}
