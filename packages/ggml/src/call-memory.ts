import koffi from 'koffi'

/**
 * Native code runs on stacks that koffi allocates; its 128 KiB for calls on worker threads are less than threads
 * have, and llama.cpp was written for those.
 */
const callMemory = { sync_stack_size: 8 << 20, async_stack_size: 8 << 20 }

/** Must be called before the first library is loaded; afterwards it does nothing. */
export function setCallMemory(): void {
  const now: Record<string, unknown> = koffi.config()
  if (Object.entries(callMemory).some(([name, size]) => now[name] !== size)) koffi.config(callMemory)
}
