import { findPlaceholders } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'
import { useNode, useServer } from '../store/editor-context.ts'
import { captureScroll } from '../ui/capture-scroll.ts'
import { TextArea } from '../ui/text-area.tsx'
import type { ControlProps } from './control-props.ts'
import { asLiteral, asText } from './text-control.tsx'
import './template-control.css'

/**
 * Words with `{{gaps}}`: a plain field over a copy of its text, where each gap has a colour. The copy makes the height,
 * and the box around both scrolls, so that they never part.
 */
export function TemplateControl(props: ControlProps) {
  const text = asText(props.value ?? props.fallback)
  const isLinked = useLinkedGaps(props)
  return (
    <div
      className="control template-control nodrag"
      data-invalid={props.invalid || undefined}
      onPointerEnter={captureScroll}
    >
      <div className="template-marks" aria-hidden>
        {markGaps(text).map((part, at) =>
          part.gap === undefined ? (
            part.text
          ) : (
            <mark key={at} data-linked={isLinked?.(part.gap)}>
              {part.text}
            </mark>
          ),
        )}
        {/* Without it, a line break at the end would make no line. */}
        {'\u200b'}
      </div>
      <TextArea
        id={props.id}
        label={props.label}
        invalid={props.invalid}
        text={text}
        onText={(typed) => props.onChange(asLiteral(typed, props.fallback))}
        onDone={props.onDone}
        rows={1}
        scrolls={false}
        placeholder={props.placeholder}
      />
    </div>
  )
}

/** Whether a gap is linked, where the gaps of this text are inputs of its node; elsewhere the node fills them. */
function useLinkedGaps({ nodeId, inputName }: ControlProps): ((name: string) => boolean) | undefined {
  const node = useNode(nodeId)
  const dynamic = useServer((state) => node && state.byType.get(node.type)?.dynamicInputs)
  if (!node || dynamic?.kind !== 'placeholders' || dynamic.from !== inputName) return undefined
  return (name) => linksInto(node, name).length > 0
}

/** A text cut into gaps and what stands between them. */
function markGaps(text: string): { text: string; gap?: string }[] {
  const parts: { text: string; gap?: string }[] = []
  let end = 0
  for (const { name, from, to } of findPlaceholders(text)) {
    parts.push({ text: text.slice(end, from) }, { text: text.slice(from, to), gap: name })
    end = to
  }
  return [...parts, { text: text.slice(end) }]
}
