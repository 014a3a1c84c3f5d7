import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStalled } from './beat-of.ts'
import { defaultLimits } from './limits.ts'
import { supervise } from './supervise.ts'
import {
  nothingYet,
  runsIn,
  type Effect,
  type SupervisorEvent,
  type Supervision,
  type Timer,
} from './supervision.ts'

/** As on a machine that is neither slow nor busy. */
const limits = { ...defaultLimits, notice: 10_000, hang: 28_000, startAttempts: 2, chanceStartAttempts: 4 }
const error = { code: 'worker-lost', message: 'It is gone.' } as const

/**
 * A world around a supervision: processes that live, hear and die, clocks that ring whenever they like, people who
 * submit and cancel. It does what it is told and complains where a promise is broken.
 */
class World {
  state: Supervision = nothingYet
  living: { id: number; ready: boolean; has: Set<string>; heard: Set<string>; told: boolean } | undefined
  timers: Timer[] = []
  submitted = new Set<string>()
  cancelled = new Set<string>()
  ended = new Map<string, string>()
  /** What happened, for whoever reads a failure. */
  log: string[] = []

  dispatch(event: SupervisorEvent): void {
    this.log.push(JSON.stringify(event))
    const [after, effects] = supervise(this.state, event, limits)
    this.state = after
    for (const effect of effects) this.perform(effect)
    this.check()
  }

  perform(effect: Effect): void {
    this.log.push(`  ${JSON.stringify(effect)}`)
    switch (effect.do) {
      case 'launch':
        expect(this.living, 'only one process at a time').toBeUndefined()
        this.living = { id: effect.id, ready: false, has: new Set(), heard: new Set(), told: false }
        return
      case 'hand':
        expect(this.living).toMatchObject({ id: effect.id, ready: true })
        expect(this.living?.has.has(effect.run), 'handed over once').toBe(false)
        this.living?.has.add(effect.run)
        return
      case 'cancel':
        if (this.living?.id === effect.id) this.living.heard.add(effect.run)
        return
      case 'finish':
        expect(this.ended.has(effect.run), `${effect.run} ends once`).toBe(false)
        this.ended.set(effect.run, effect.status)
        return
      case 'wake':
        this.timers.push(effect.timer)
        return
      case 'abandon':
        if (this.living?.id === effect.id) this.die()
        return
      case 'signal':
        if (this.living?.id === effect.id) this.living.told = true
        return
      case 'ask':
      case 'shutdown':
      case 'status':
    }
  }

  check(): void {
    const { process } = this.state
    const id = 'id' in process ? process.id : undefined
    for (const [run, { process: has }] of this.state.runs) {
      expect(this.ended.has(run), 'what has ended is forgotten').toBe(false)
      if (has === undefined) continue
      expect(has, `${run} counts as handed to the process that lives`).toBe(id)
      expect(this.living?.has.has(run), `${run} was handed over`).toBe(true)
    }
    for (const run of this.submitted)
      expect(this.state.runs.has(run) !== this.ended.has(run), `${run} is known or has ended`).toBe(true)
    const alone = [...this.state.runs.values()].filter(({ suspects }) => suspects > 0)
    expect(alone.filter(({ process: has }) => has !== undefined).length, 'suspects go alone').toBeLessThan(2)
  }

  die(again = true, byChance = false): void {
    const dead = this.living
    if (dead === undefined) return
    this.living = undefined
    const runs = runsIn(this.state, dead.id).map(
      (run) => [run, { again, suspects: 0, progressed: true }] as const,
    )
    this.dispatch({ type: 'ended', id: dead.id, error, lived: 0, byChance, runs: new Map(runs) })
  }

  ring(index: number): void {
    const [timer] = this.timers.splice(index % Math.max(1, this.timers.length), 1)
    if (timer) this.dispatch({ type: 'woke', timer })
  }

  /** The worker ends a run of its own accord. */
  finishOne(index: number): void {
    const run = [...(this.living?.has ?? [])].filter((name) => this.state.runs.has(name))[index]
    if (run === undefined || this.state.runs.get(run)?.process === undefined) return
    this.ended.set(run, 'completed')
    this.dispatch({ type: 'told', run, ended: true, suspects: 0 })
  }
}

type Move = (world: World) => void

const run = fc.constantFrom('a', 'b', 'c', 'd')
const moves: fc.Arbitrary<[string, Move]> = fc.oneof(
  run.map((name): [string, Move] => [
    `submit ${name}`,
    (world) => {
      if (world.submitted.has(name)) return
      world.submitted.add(name)
      world.dispatch({ type: 'submitted', run: name })
    },
  ]),
  run.map((name): [string, Move] => [
    `cancel ${name}`,
    (world) => {
      world.cancelled.add(name)
      world.dispatch({ type: 'cancelled', run: name })
    },
  ]),
  fc.nat(3).map((index): [string, Move] => [`finish ${index}`, (world) => world.finishOne(index)]),
  fc.nat(12).map((index): [string, Move] => [`ring ${index}`, (world) => world.ring(index)]),
  fc
    .record({ again: fc.boolean(), byChance: fc.boolean() })
    .map(({ again, byChance }): [string, Move] => [
      `die ${again} ${byChance}`,
      (world) => world.die(again, byChance),
    ]),
  fc.constantFrom<[string, Move]>(
    [
      'ready',
      (world) => {
        if (world.living === undefined || world.living.ready) return
        if (world.state.process.is === 'starting') world.living.ready = true
        world.dispatch({ type: 'ready', id: world.living.id, device: 'x', build: 'y' })
      },
    ],
    ['failed', (world) => world.living && world.dispatch({ type: 'failed', id: world.living.id, error })],
    ['answer', (world) => world.living && world.dispatch({ type: 'answered', id: world.living.id })],
    ['beat', (world) => world.living && world.dispatch({ type: 'beat', id: world.living.id })],
    ['condemn', (world) => world.living && world.dispatch({ type: 'condemned', id: world.living.id, error })],
    [
      'suspect',
      (world) => {
        const [name] = [...world.state.runs].find(([, { process }]) => process === undefined) ?? []
        if (name) world.dispatch({ type: 'told', run: name, ended: false, suspects: 1 })
      },
    ],
    ['wanted', (world) => world.dispatch({ type: 'wanted' })],
  ),
)

/** Lets a healthy machine go on until nothing more happens: processes start and end runs, the condemned die. */
function settle(world: World): void {
  for (let step = 0; step < 400; step++) {
    const { process } = world.state
    if (world.living?.told === true || process.is === 'ending') world.die()
    else if (process.is === 'starting' && world.living) {
      world.living.ready = true
      world.dispatch({ type: 'ready', id: world.living.id, device: 'x', build: 'y' })
    } else if (process.is === 'ready' && world.living) {
      world.dispatch({ type: 'answered', id: world.living.id })
      world.finishOne(0)
    } else if (process.is === 'waiting') {
      const index = world.timers.findIndex(({ name }) => name === 'retry')
      expect(index, 'who waits to start again will').toBeGreaterThan(-1)
      world.ring(index)
    } else if (process.is === 'leaving') {
      expect(world.timers.length, 'who waits for a process to leave has a clock').toBeGreaterThan(0)
      world.ring(0)
    } else return
    if (process.is === 'ready' && world.state.runs.size === 0) return
  }
}

test('whatever happens in whatever order, every run ends once, and none counts as handed to a process that has not got it', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 60 }), (list) => {
      const world = new World()
      world.dispatch({ type: 'wanted' })
      for (const [name, move] of list) {
        world.log.push(name)
        move(world)
      }
      settle(world)
      expect([...world.submitted].filter((name) => !world.ended.has(name))).toEqual([])
    }),
    { numRuns: 1_500 },
  )
})

test('closing ends every run and every process, whatever went before, and what comes later is interrupted', () => {
  fc.assert(
    fc.property(
      fc.array(moves, { maxLength: 40 }),
      fc.constantFrom('close' as const, 'kill' as const),
      fc.array(moves, { maxLength: 8 }),
      (before, how, after) => {
        const world = new World()
        world.dispatch({ type: 'wanted' })
        for (const [, move] of before) move(world)
        world.dispatch({ type: how })
        expect([...world.submitted].every((name) => world.ended.has(name))).toBe(true)
        for (const [, move] of after) move(world)
        settle(world)
        expect(world.state.process).toEqual({ is: 'closed' })
        expect([...world.submitted].every((name) => world.ended.has(name))).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('a process is given up for a run that does not stop only while it has that run', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 12 }), (list) => {
      const world = new World()
      for (const name of ['a', 'b']) {
        world.submitted.add(name)
        world.dispatch({ type: 'submitted', run: name })
      }
      if (world.living) world.living.ready = true
      world.dispatch({ type: 'ready', id: 1, device: 'x', build: 'y' })
      world.dispatch({ type: 'cancelled', run: 'a' })
      for (const [, move] of list) move(world)
      const { process, runs } = world.state
      const has = process.is === 'ready' && process.id === 1 && runs.get('a')?.process === 1
      world.dispatch({ type: 'woke', timer: { name: 'cancel', id: 1, run: 'a' } })
      if (process.is === 'ready') expect(world.state.process.is === 'ending').toBe(has)
    }),
    { numRuns: 500 },
  )
})

test('a process that is ready and silent is said to be stalled after 10 seconds and given up within 30', () => {
  const world = new World()
  world.dispatch({ type: 'wanted' })
  if (world.living) world.living.ready = true
  world.dispatch({ type: 'ready', id: 1, device: 'x', build: 'y' })
  const beats: string[] = []
  while (world.state.process.is === 'ready') {
    const timer = { name: 'beat', id: 1 } as const
    world.dispatch({ type: 'woke', timer })
    beats.push(world.state.process.is === 'ready' ? (isStalled(world.state, limits) ? 's' : '.') : '!')
  }
  // A beat is two seconds.
  expect(beats.join('')).toBe('.....ssssssss!')
})
