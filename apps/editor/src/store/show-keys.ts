export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

/** A shortcut as people read it on their keyboard. */
export function showKeys(keys: string): string {
  return keys
    .replaceAll('Mod', isMac ? '⌘' : 'Ctrl')
    .replace(/(^|\+)([a-z])$/, (_, plus: string, key: string) => plus + key.toUpperCase())
}
