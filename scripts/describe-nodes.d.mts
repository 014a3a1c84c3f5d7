import type { NodeDescription } from '@woolgather/workflow'

export function describeNodes(descriptions: readonly NodeDescription[]): string
