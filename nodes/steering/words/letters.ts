/** Scripts that write words without spaces between them have no borders to look for. */
const letter =
  /^(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{N}\p{M}_]$/u

/** Whether bytes (each a UTF-16 unit) begin with a character of which words are made. */
export function beginsWithLetter(bytes: string): boolean {
  return isLetter(bytes.slice(0, 4), (characters) => characters.at(0))
}

export function endsWithLetter(bytes: string): boolean {
  return isLetter(bytes.slice(-4), (characters) => characters.at(-1))
}

function isLetter(bytes: string, choose: (characters: string[]) => string | undefined): boolean {
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  return letter.test(choose([...text]) ?? '')
}
