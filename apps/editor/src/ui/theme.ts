import { lasting, tryToKeep } from '../store/page-storage.ts'
import type { Theme } from '../store/workbench-store.ts'

const key = 'woolgather.theme'

export function readTheme(): Theme {
  const kept = lasting.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Puts a theme in force and remembers it; `system` follows the operating system again. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    lasting.removeItem(key)
    delete document.documentElement.dataset['theme']
  } else {
    tryToKeep(lasting, key, theme)
    document.documentElement.dataset['theme'] = theme
  }
}

export function nextTheme(theme: Theme): Theme {
  return theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system'
}
