// CPU seconds of LoRA algebra on one tensor, one thread: baking, extraction by rank and by energy, combining.
import { addLora, combineToRank, concatenate, extractLora } from '../../packages/merge/dist/index.js'

const [rows, columns] = [2048, 2048]
const base = noise(1, rows * columns, 0.05)
const change = noise(2, rows * columns, 0.002)
const planted = { rows, columns, rank: 32, a: noise(3, 32 * columns, 0.05), b: noise(4, rows * 32, 0.05) }
const tuned = base.map((value, i) => value + change[i])
addLora(tuned, 0, [{ factors: planted, scale: 1 }])
const tensor = { name: 'w', rows, columns, tuned, base }
const adapters = [16, 32, 8].map((rank, i) => ({
  factors: {
    rows,
    columns,
    rank,
    a: noise(10 + i, rank * columns, 0.05),
    b: noise(20 + i, rows * rank, 0.05),
  },
  scale: 0.5,
}))

console.log(`one tensor of ${rows} × ${columns}`)
report('bake ranks 16, 32 and 8', () => addLora(base.slice(), 0, adapters))
report('concatenate them', () => concatenate(adapters))
report('combine them to rank 16', () => combineToRank(adapters, { rank: 16 }))
report('extract rank 32', () => extractLora(tensor, { rank: 32 }))
report('extract half the energy', () => extractLora(tensor, { energy: 0.5 }))

function report(name, work) {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  const rank = result?.rank === undefined ? '' : `  (rank ${result.rank})`
  console.log(`${name.padEnd(26)} ${((user + system) / 1e6).toFixed(2).padStart(7)} s${rank}`)
}

function noise(seed, length, scale) {
  const values = new Float32Array(length)
  let state = Math.imul(seed, 0x9e3779b1) | 1
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[i] = (state / 2 ** 31) * scale
  }
  return values
}
