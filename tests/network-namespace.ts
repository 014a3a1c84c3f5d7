import { spawnSync } from 'node:child_process'

/** Part of this machine as if it were another: reached over a cable that can be pulled out. */
export interface NetworkNamespace extends Disposable {
  /** Where this machine is, from there. */
  host: string
  /** What goes before a command that is to run there. */
  within: readonly [string, ...string[]]
  cut: () => void
  mend: () => void
}

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}

function createNamespace(): NetworkNamespace {
  const name = `wool${process.pid}`
  const [here, there] = [`${name}h`, `${name}t`]
  // Of the addresses that are for benchmarks of networks, and for nothing else.
  const subnet = `198.18.${process.pid % 256}`
  ip('netns', 'add', name)
  const namespace: NetworkNamespace = {
    host: `${subnet}.1`,
    within: ['ip', 'netns', 'exec', name],
    cut: () => ip('link', 'set', here, 'down'),
    mend: () => ip('link', 'set', here, 'up'),
    // Its end of the cable goes with it, and so does the other.
    [Symbol.dispose]: () => ip('netns', 'delete', name),
  }
  try {
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there)
    ip('link', 'set', there, 'netns', name)
    ip('addr', 'add', `${namespace.host}/24`, 'dev', here)
    ip('link', 'set', here, 'up')
    ip('-n', name, 'addr', 'add', `${subnet}.2/24`, 'dev', there)
    ip('-n', name, 'link', 'set', there, 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
    return namespace
  } catch (error) {
    namespace[Symbol.dispose]()
    throw error
  }
}

/** Undefined where none can be made; says why. */
export function openNamespace(): NetworkNamespace | undefined {
  try {
    return createNamespace()
  } catch (error) {
    console.log(`No network namespace: ${(error as Error).message}. The test of one is skipped.`)
    return undefined
  }
}
