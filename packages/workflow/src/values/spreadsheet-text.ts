const formula = /^[=+\-@\t\r\n＝＋－＠]/
const negativeNumber = /^-\d+(\.\d+)?(e[+-]?\d+)?$/i

/**
 * A field of a table as a spreadsheet reads it as text: one that it would run as a formula, with a leading apostrophe.
 * Negative numbers stay numbers.
 */
export function spreadsheetText(text: string): string {
  return formula.test(text) && !negativeNumber.test(text) ? `'${text}` : text
}
