/** Colours as a canvas takes them: what style sheets make of names and mixtures, in the theme that is in force. */
export interface Colours {
  of: (css: string) => string
  /** With forced colours there are only those of the system. */
  forced: boolean
}

const dark = '(prefers-color-scheme: dark)'
const forced = '(forced-colors: active)'

/** Reads colours at an element, each once: asking for one may cost a new computation of styles. */
export function readColours(at: Element): Colours {
  const probe = document.createElement('i')
  probe.style.forcedColorAdjust = 'none'
  probe.hidden = true
  const known = new Map<string, string>()
  return {
    forced: matchMedia(forced).matches,
    of: (css) => {
      let colour = known.get(css)
      if (colour === undefined) {
        at.append(probe)
        probe.style.color = css
        colour = getComputedStyle(probe).color
        probe.remove()
        known.set(css, colour)
      }
      return colour
    },
  }
}

/** Tells when the theme is another one. Returns how to stop. */
export function watchTheme(tell: () => void): () => void {
  const observer = new MutationObserver(tell)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const queries = [dark, forced].map((query) => matchMedia(query))
  for (const query of queries) query.addEventListener('change', tell)
  return () => {
    observer.disconnect()
    for (const query of queries) query.removeEventListener('change', tell)
  }
}
