import type { Conjunction } from './conjunctions.ts'
import { keyword, readKeys } from './read-keywords.ts'
import { child, madeOf, refuseKeyword, type Location } from './schema-location.ts'

/** What `unevaluatedProperties` demands beside the schemas that hold with it. */
export function evaluatedProperties(location: Location, alternative: Conjunction): Location[] {
  const heard = alternative.filter(({ silent }) => silent !== true)
  const isAll = heard.some(
    (at) =>
      keyword(at, 'additionalProperties') !== undefined ||
      at.demand?.kind === 'unevaluated-properties' ||
      (at !== location && at.path !== location.path && keyword(at, 'unevaluatedProperties') !== undefined),
  )
  if (isAll) return []
  const evaluated = {
    names: [...new Set(heard.flatMap((at) => readKeys(at, 'properties')))],
    patterns: [...new Set(heard.flatMap((at) => readKeys(at, 'patternProperties')))],
  }
  const value = child(location, 'unevaluatedProperties')
  if (value.schema === true) return []
  return [
    demanding(location, heard, 'unevaluatedProperties', { kind: 'unevaluated-properties', evaluated, value }),
  ]
}

/** What `unevaluatedItems` demands beside the schemas that hold with it. */
export function evaluatedItems(location: Location, alternative: Conjunction): Location[] {
  const heard = alternative.filter(({ silent }) => silent !== true)
  const value = child(location, 'unevaluatedItems')
  const isAll = heard.some((at) => {
    const items = keyword(at, 'items')
    const rest = Array.isArray(items) ? keyword(at, 'additionalItems') : items
    return (
      rest !== undefined ||
      at.demand?.kind === 'unevaluated-items' ||
      (at.path !== location.path && keyword(at, 'unevaluatedItems') !== undefined)
    )
  })
  if (isAll || value.schema === true) return []
  if (heard.some((at) => keyword(at, 'contains') !== undefined))
    throw refuseKeyword(location.path, 'unevaluatedItems', 'Beside "contains" it cannot be enforced.')
  const prefix = Math.max(
    0,
    ...heard.flatMap((at) =>
      ['items', 'prefixItems'].map((name) => {
        const list = keyword(at, name)
        return Array.isArray(list) ? list.length : 0
      }),
    ),
  )
  return [demanding(location, heard, 'unevaluatedItems', { kind: 'unevaluated-items', prefix, value })]
}

function demanding(
  location: Location,
  heard: Conjunction,
  name: string,
  demand: NonNullable<Location['demand']>,
): Location {
  const among = heard.map(({ path }) => path).join(' and ')
  const { silent, ...made } = madeOf(location, `${name} among ${among}`, {}, demand)
  void silent
  return made
}
