/**
 * JSON that a terminal may be shown: of the control characters that command one, JSON itself escapes only those below the
 * space. What reads it gets the same value.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
}
