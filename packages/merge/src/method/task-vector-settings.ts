/** Settings that some methods of this family have beside those of all. */

export const gamma = {
  gamma: {
    type: 'number',
    default: 0.01,
    min: 0,
    max: 1,
    description: 'Share of the largest elements that is dropped.',
  },
} as const

export const epsilon = {
  epsilon: {
    type: 'number',
    default: 0.15,
    min: 0,
    description: 'Half the spread of the probabilities around the density.',
  },
} as const

export const rescaleByDensity = {
  rescale_by_density: {
    type: 'flag',
    default: false,
    description: 'Rescale by 1 / density, as PEFT does, not to the sum of magnitudes.',
  },
} as const
