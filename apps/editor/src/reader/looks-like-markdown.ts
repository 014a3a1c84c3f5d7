/** Signs of Markdown that plain words hardly have: headings, lists, fences, tables, quotes, emphasis, links. */
const signs = /^ {0,3}(#{1,6} |[-*+] |\d+[.)] |```|~~~|\||> )|\*\*\S|__\S|`[^`\n]+`|\[[^\]\n]+\]\([^)\n]+\)/m

export function looksLikeMarkdown(text: string): boolean {
  return signs.test(text)
}
