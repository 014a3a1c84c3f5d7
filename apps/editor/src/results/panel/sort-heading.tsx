import { ArrowDown, ArrowUp } from 'lucide-react'

interface SortHeadingProps {
  text: string
  /** What the text is a value of. */
  name?: string
  width: number
  left?: number
  index?: number
  axis?: boolean
  /** Whether it is sorted downwards; undefined: not by this one. */
  direction: boolean | undefined
  onSort: (descending: boolean | undefined) => void
}

/** A heading that sorts: up, down, and back to how it was. */
export function SortHeading({
  text,
  name = '',
  width,
  left,
  index,
  axis = false,
  direction,
  onSort,
}: SortHeadingProps) {
  return (
    <div
      role="columnheader"
      aria-colindex={index}
      aria-sort={direction === undefined ? 'none' : direction ? 'descending' : 'ascending'}
      className={axis ? 'grid-column-head axis-name' : 'grid-column-head'}
      style={left === undefined ? { width } : { width, left, position: 'absolute' }}
    >
      <button
        type="button"
        title={`${text}: sort`}
        onClick={() => onSort(direction === undefined ? false : direction ? undefined : true)}
      >
        <span>
          {name !== '' && <span className="heading-name">{name}</span>} {text}
        </span>
        {direction === false && <ArrowUp aria-hidden />}
        {direction === true && <ArrowDown aria-hidden />}
      </button>
    </div>
  )
}
