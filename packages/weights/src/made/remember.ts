/**
 * What was read by a key is remembered, and shared while it is read. What failed is read again.
 * @param most how many are remembered
 */
export function createMemory<Result>(
  most: number,
): (key: string, read: () => Promise<Result>) => Promise<Result> {
  const known = new Map<string, Promise<Result>>()
  return (key, read) => {
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    if (known.size >= most) known.clear()
    const reading = read()
    known.set(key, reading)
    reading.catch(() => {
      if (known.get(key) === reading) known.delete(key)
    })
    return reading
  }
}
