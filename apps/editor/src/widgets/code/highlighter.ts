import { tagHighlighter, tags, type Highlighter } from '@lezer/highlight'

/** Kinds of words as classes: the style sheet gives them the colours of the theme. */
export const highlighter: Highlighter = tagHighlighter([
  { tag: [tags.string, tags.regexp], class: 'code-string' },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.typeName], class: 'code-name' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: 'code-value' },
  { tag: [tags.keyword, tags.operator, tags.meta], class: 'code-operator' },
  { tag: [tags.special(tags.string), tags.escape], class: 'code-class' },
  { tag: tags.comment, class: 'code-comment' },
])
