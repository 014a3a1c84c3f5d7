/** Elements worked on at a time where intermediate values are kept: they stay in the fastest cache. */
export const blockLength = 4096

/**
 * `output = Σ coefficients[i] · inputs[i]`, summed in 64 bits and rounded once. Inputs with coefficient 0 are left
 * out, so that the ends of an interpolation are the models bit for bit.
 *
 * @returns 0, or NaN where the output holds NaN or infinity
 */
export function combine(
  coefficients: readonly number[],
  inputs: readonly Float32Array[],
  output: Float32Array,
): number {
  const used = inputs.flatMap((values, index) => {
    const coefficient = coefficients[index] ?? 0
    return coefficient === 0 ? [] : [{ coefficient, values }]
  })
  const [first, second, third] = used
  if (first === undefined) {
    output.fill(0)
    return 0
  }
  if (second === undefined) return scale(first.coefficient, first.values, output)
  if (third === undefined) {
    return combineTwo(first.coefficient, first.values, second.coefficient, second.values, output)
  }
  return combineMany(
    used.map(({ coefficient }) => coefficient),
    used.map(({ values }) => values),
    output,
  )
}

function scale(factor: number, input: Float32Array, output: Float32Array): number {
  let check = 0
  for (let i = 0; i < output.length; i++) {
    const value = factor * input[i]!
    output[i] = value
    check += output[i]! * 0
  }
  return check
}

/**
 * Four elements at a time: the check's additions wait for each other, and there are a quarter as many. (Sums of four
 * 32-bit floats cannot overflow 64 bits.)
 */
function combineTwo(p: number, x: Float32Array, q: number, y: Float32Array, output: Float32Array): number {
  const whole = output.length & ~3
  let check = 0
  for (let i = 0; i < whole; i += 4) {
    output[i] = p * x[i]! + q * y[i]!
    output[i + 1] = p * x[i + 1]! + q * y[i + 1]!
    output[i + 2] = p * x[i + 2]! + q * y[i + 2]!
    output[i + 3] = p * x[i + 3]! + q * y[i + 3]!
    check += (output[i]! + output[i + 1]! + output[i + 2]! + output[i + 3]!) * 0
  }
  for (let i = whole; i < output.length; i++) {
    output[i] = p * x[i]! + q * y[i]!
    check += output[i]! * 0
  }
  return check
}

function combineMany(
  coefficients: readonly number[],
  inputs: readonly Float32Array[],
  output: Float32Array,
): number {
  const sums = new Float64Array(blockLength)
  let check = 0
  for (let start = 0; start < output.length; start += blockLength) {
    const count = Math.min(blockLength, output.length - start)
    sums.fill(0)
    for (let m = 0; m < inputs.length; m++) addScaled(coefficients[m]!, inputs[m]!, start, count, sums)
    check += store(sums, count, output, start)
  }
  return check
}

function addScaled(
  factor: number,
  input: Float32Array,
  start: number,
  count: number,
  sums: Float64Array,
): void {
  for (let i = 0; i < count; i++) sums[i]! += factor * input[start + i]!
}

/** @returns 0, or NaN where what was stored is NaN or infinity */
function store(sums: Float64Array, count: number, output: Float32Array, start: number): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    output[start + i] = sums[i]!
    check += output[start + i]! * 0
  }
  return check
}

/**
 * `output = base + Σ coefficients[i] · (inputs[i] − base)`: where the inputs are the base, the base bit for bit.
 *
 * @returns 0, or NaN where the output holds NaN or infinity
 */
export function combineOffsets(
  coefficients: readonly number[],
  base: Float32Array,
  inputs: readonly Float32Array[],
  output: Float32Array,
): number {
  const [first, second] = inputs
  const [p = 0, q = 0] = coefficients
  if (first !== undefined && inputs.length === 1) return addOffset(p, base, first, output)
  if (second !== undefined && inputs.length === 2) return addTwoOffsets(p, first!, q, second, base, output)
  const sums = new Float64Array(blockLength)
  let check = 0
  for (let start = 0; start < output.length; start += blockLength) {
    const count = Math.min(blockLength, output.length - start)
    for (let i = 0; i < count; i++) sums[i] = base[start + i]!
    for (let m = 0; m < inputs.length; m++)
      addScaledOffset(coefficients[m]!, base, inputs[m]!, start, count, sums)
    check += store(sums, count, output, start)
  }
  return check
}

function addOffset(factor: number, base: Float32Array, input: Float32Array, output: Float32Array): number {
  let check = 0
  for (let i = 0; i < output.length; i++) {
    output[i] = base[i]! + factor * (input[i]! - base[i]!)
    check += output[i]! * 0
  }
  return check
}

function addTwoOffsets(
  p: number,
  x: Float32Array,
  q: number,
  y: Float32Array,
  base: Float32Array,
  output: Float32Array,
): number {
  let check = 0
  for (let i = 0; i < output.length; i++) {
    const origin = base[i]!
    output[i] = origin + p * (x[i]! - origin) + q * (y[i]! - origin)
    check += output[i]! * 0
  }
  return check
}

function addScaledOffset(
  factor: number,
  base: Float32Array,
  input: Float32Array,
  start: number,
  count: number,
  sums: Float64Array,
): void {
  for (let i = 0; i < count; i++) sums[i]! += factor * (input[start + i]! - base[start + i]!)
}
