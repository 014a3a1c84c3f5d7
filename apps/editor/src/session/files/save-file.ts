/** Characters of a file's name; systems take 255 bytes, of which a character has up to four. */
const mostCharacters = 60

/** Milliseconds after which a browser has surely begun to save: some read the file later than the click that asks for it. */
const surelySaved = 60_000

/** Hands a text or bytes to the browser as a file. */
export function saveFile(name: string, extension: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = `${fileName(name)}.${extension}`
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(address), surelySaved)
}

/** A name as a file may have it on every system, in the letters it is written in. */
export function fileName(name: string): string {
  const plain = [...name.normalize('NFC').replaceAll(/[\\/:*?"<>|\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, '-')]
  return (
    plain
      .slice(0, mostCharacters)
      .join('')
      .replace(/^[\s.]+|[\s.]+$/g, '') || 'untitled'
  )
}
