export {
  chooseTemplate,
  presetTemplate,
  resolveTemplate,
  type ChatTemplate,
  type TemplateHints,
} from './choose-template.ts'
export { formatChat, type FormatChatInput } from './format-chat.ts'
export { presets, type PresetTemplate } from './presets.ts'
