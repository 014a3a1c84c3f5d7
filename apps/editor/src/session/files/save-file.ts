/** Characters of a file's name; systems take 255 bytes. */
const mostCharacters = 80

/** Hands a text or bytes to the browser as a file. */
export function saveFile(name: string, extension: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = `${fileName(name)}.${extension}`
  anchor.click()
  URL.revokeObjectURL(address)
}

function fileName(name: string): string {
  const plain = name
    .replaceAll(/[\\/:*?"<>|\p{Cc}]+/gu, '-')
    .slice(0, mostCharacters)
    .trim()
  return plain.replace(/^\.+/, '') || 'untitled'
}
