import './control.css'
import { BooleanControl } from './boolean-control.tsx'
import type { Control } from '../document/choose-control.ts'
import type { ControlProps } from './control-props.ts'
import { JsonControl } from './json-control.tsx'
import { ListControl } from './list-control.tsx'
import { ModelControl } from './model-control.tsx'
import { NumberControl } from './number-control.tsx'
import { SeedControl } from './seed-control.tsx'
import { SelectControl } from './select-control.tsx'
import { SliderControl } from './slider-control.tsx'
import { TemplateControl } from './template-control.tsx'
import { TextareaControl, TextControl } from './text-control.tsx'
import { ZoneStartControl } from './zone-start-control.tsx'

export function ControlView({ control, ...props }: ControlProps & { control: Control }) {
  switch (control.kind) {
    case 'none':
      return null
    case 'text':
      return <TextControl {...props} />
    case 'textarea':
      return <TextareaControl {...(control.lines ? inLines(props) : props)} />
    case 'template':
      return <TemplateControl {...(control.lines ? inLines(props) : props)} />
    case 'code':
      return <TextareaControl {...props} code language={control.language} />
    case 'number':
      return <NumberControl {...props} range={control} />
    case 'slider':
      return <SliderControl {...props} range={control} />
    case 'seed':
      return <SeedControl {...props} maximum={control.maximum} />
    case 'boolean':
      return <BooleanControl {...props} />
    case 'select':
      return <SelectControl {...props} options={control.options} spellings={control.spellings} />
    case 'model':
      return <ModelControl {...props} of={control.of ?? 'model'} />
    case 'list':
      return <ListControl {...props} />
    case 'json':
      return <JsonControl {...props} loose={control.loose} code={control.code} ordered={control.ordered} />
    case 'zone-start':
      return <ZoneStartControl {...props} />
  }
}

/** A list as it is typed: an item on each line. */
function inLines(props: ControlProps): ControlProps {
  const asLines = (value: ControlProps['value']) =>
    Array.isArray(value) ? value.map(String).join('\n') : value
  return { ...props, value: asLines(props.value), fallback: asLines(props.fallback) }
}
