import { Monitor, Moon, Sun } from 'lucide-react'
import { useEditor, useWorkbench } from '../store/editor-context.ts'
import { applyTheme, nextTheme } from '../ui/theme.ts'

const themeIcons = { system: Monitor, light: Sun, dark: Moon }

export function ThemeButton() {
  const editor = useEditor()
  const theme = useWorkbench((state) => state.theme)
  const Icon = themeIcons[theme]
  const label = theme === 'system' ? 'Theme: as the system' : `Theme: ${theme}`
  const change = (): void => {
    const next = nextTheme(theme)
    applyTheme(next)
    editor.workbench.setState({ theme: next })
  }
  return (
    <button type="button" className="button quiet icon" aria-label={label} title={label} onClick={change}>
      <Icon />
    </button>
  )
}
