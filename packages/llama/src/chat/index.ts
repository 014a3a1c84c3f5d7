export { chooseTemplate, presetTemplate, resolveTemplate, type ChatTemplate } from './choose-template.ts'
export { formatChat } from './format-chat.ts'
export { presets } from './presets.ts'
export { findThinkingTags, onlyToken, thinkingTags } from './thinking-tags.ts'
