import { AsyncLocalStorage } from 'node:async_hooks'
import { LlamaError } from '../contract/error.ts'
import type { LanguageModel, LlamaRuntime, LoadModelOptions, ModelInfo } from '../contract/interface.ts'
import { refuseTogether } from './refuse-together.ts'

/** How many models stay loaded after their last use, so that the next cell finds its model ready. */
const keptModels = 2

/** A file in use: it stays until it is released. */
interface HeldFile {
  path: string
  release(): void
}

interface WaitOptions {
  signal: AbortSignal
  onProgress: (done: number, total: number, unit: string) => void
}

/** A model that somebody wants loaded. */
export interface WantedModel {
  /** The same for whatever may share one loaded model. */
  key: string
  /** As `loadKeyOf` says: the same key, whatever lies in its files. */
  recipe: string
  /** What people call it. */
  name: string
  loadedAs: Pick<LoadModelOptions, 'gpuLayers' | 'contextSize' | 'threads' | 'reproducible'>
  /** The file to load it from, which stays as long as it is held. */
  hold(options: WaitOptions): Promise<HeldFile>
  /** @throws where what was loaded is not what was wanted */
  check?(model: LanguageModel): void
}

interface Entry {
  wanted: WantedModel
  model: LanguageModel
  /** Kept as long as the model is. */
  file: HeldFile
  users: number
  /** Unloads it when it has not been used for long. */
  idle?: NodeJS.Timeout | undefined
}

interface Loading {
  key: string
  /** Path of its file, once that is there. */
  path?: string
  /** Aborted when nobody wants it any more. */
  abandon: AbortController
}

/** Somebody in line for models. */
interface Request {
  wanted: readonly WantedModel[]
  options: WaitOptions
  /** Loaded for this request, before the rest of what it wants. */
  pinned: Set<Entry>
  /** Work that holds models already, and waits within. */
  within: Work | undefined
  /** Since when it waits for memory that others use. */
  blockedSince?: number
  /** Not to be tried again before memory may have come free. */
  triedAt?: number
  admit(models: readonly LanguageModel[]): void
  refuse(error: unknown): void
}

/** Work that holds models. */
interface Work {
  /** How often it waits for more of them. */
  waits: number
}

export interface SharedModelsOptions {
  /** Milliseconds after its last use that a model goes; absent: it stays until another needs the room. */
  idleMs?: number | undefined
  /** Milliseconds that others may go on with what is loaded while somebody waits for its memory. */
  patienceMs?: number | undefined
  /** What is in memory, each weights once however many contexts are on them. */
  onChange: (models: { file: string; bytes: number }[]) => void
}

const usualPatienceMs = 2_000

/**
 * The models in memory, each once however many use it. Who wants models stands in line, with all that it wants at once;
 * what is ready is given at once, what is not is loaded one after another, at the head of the line. Idle models go to
 * make room, least recently used first; where that is not enough, the head waits for those in use.
 *
 * Nothing waits here but requests and one loader, and the loader waits only for what ends by itself: a model that is
 * read, or one that is freed.
 */
export class SharedModels implements AsyncDisposable {
  readonly #llama: LlamaRuntime
  readonly #options: SharedModelsOptions
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>()
  readonly #line: Request[] = []
  readonly #leaving = new Set<Promise<void>>()
  readonly #works = new Set<Work>()
  readonly #current = new AsyncLocalStorage<Work>()
  /** What runs hold, by the run: `recipe` of models. */
  readonly #holders = new Map<string, ReadonlySet<string>>()
  #loading: Loading | undefined
  /** Counts what may have made memory free, or ended hope for it. */
  #freed = 0

  constructor(llama: LlamaRuntime, options: SharedModelsOptions) {
    this.#llama = llama
    this.#options = options
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /**
   * Runs `work` with models loaded, and keeps them until it settles.
   * @throws LlamaError, what `hold` and `check` throw, the signal's reason
   */
  async use<Result>(
    wanted: readonly WantedModel[],
    options: WaitOptions,
    work: (models: readonly LanguageModel[]) => Promise<Result>,
  ): Promise<Result> {
    options.signal.throwIfAborted()
    const models = await this.#acquire(wanted, options)
    const own: Work = { waits: 0 }
    this.#works.add(own)
    try {
      return await this.#current.run(own, () => work(models))
    } finally {
      this.#works.delete(own)
      for (const { key } of wanted) this.#release(key)
      this.#freed++
      this.#serve()
    }
  }

  /** Resolves when what is on its way out is gone. */
  async gone(): Promise<void> {
    await Promise.all(this.#leaving)
  }

  /** Unloads every model that nobody uses now. */
  async unloadIdle(): Promise<void> {
    for (const entry of this.#idle()) this.#unload(entry)
    await this.gone()
  }

  /**
   * Notes what a run takes cells for from now on; `alone`: what nobody uses or holds goes, although there may be room.
   * A run that holds nothing is forgotten.
   */
  hold(run: string, recipes: readonly string[], alone: boolean): void {
    if (recipes.length === 0) this.#holders.delete(run)
    else this.#holders.set(run, new Set(recipes))
    if (!alone) return
    const held = [...this.#holders.values()]
    for (const entry of this.#idle()) {
      if (!held.some((those) => those.has(entry.wanted.recipe))) this.#unload(entry)
    }
  }

  /** Unloads what was loaded from a file, so that it can be replaced. @returns whether nothing uses it */
  async free(path: string): Promise<boolean> {
    const idle = this.#idle()
    const users = [...this.#entries.values()].filter(({ file }) => file.path === path)
    if (this.#loading?.path === path || users.some((entry) => !idle.includes(entry))) return false
    for (const entry of users) this.#unload(entry)
    await this.gone()
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new LlamaError('cancelled', 'The worker ends.')
    for (const request of [...this.#line]) this.#leave(request).refuse(ended)
    this.#loading?.abandon.abort(ended)
    for (const entry of [...this.#entries.values()]) this.#unload(entry)
    await this.gone()
  }

  // ── the line ────────────────────────────────────────────────────────────

  #acquire(wanted: readonly WantedModel[], options: WaitOptions): Promise<readonly LanguageModel[]> {
    const within = this.#current.getStore()
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#leave(request).refuse(options.signal.reason)
        this.#serve()
      }
      const settle = (): void => options.signal.removeEventListener('abort', onAbort)
      const request: Request = {
        wanted,
        options,
        pinned: new Set(),
        within,
        admit: (models) => (settle(), resolve(models)),
        refuse: (error) => (settle(), reject(error as Error)),
      }
      options.signal.addEventListener('abort', onAbort, { once: true })
      if (within !== undefined) within.waits++
      // Who holds models already keeps others waiting for them.
      if (within === undefined) this.#line.push(request)
      else this.#line.unshift(request)
      this.#serve()
    })
  }

  #leave(request: Request): Request {
    const place = this.#line.indexOf(request)
    if (place >= 0) this.#line.splice(place, 1)
    if (place >= 0 && request.within !== undefined) request.within.waits--
    this.#unpin(request)
    const loading = this.#loading
    const isWanted = this.#line.some(({ wanted }) => wanted.some(({ key }) => key === loading?.key))
    if (loading !== undefined && !isWanted) loading.abandon.abort()
    return request
  }

  #unpin({ pinned }: Request): void {
    if (pinned.size > 0) this.#freed++
    for (const entry of pinned) this.#release(entry.wanted.key)
    pinned.clear()
  }

  /** Gives what is ready to those who want it, in order; the first who wants more has it loaded. */
  #serve(): void {
    const head = this.#line.find(({ wanted }) => wanted.some(({ key }) => !this.#entries.has(key)))
    const patience = this.#options.patienceMs ?? usualPatienceMs
    // Else those who come for what is loaded would keep it from ever being let go.
    const stop = head?.blockedSince !== undefined && performance.now() - head.blockedSince >= patience
    for (const request of [...this.#line]) {
      if (request === head && stop) break
      if (request.wanted.every(({ key }) => this.#entries.has(key))) this.#admit(request)
    }
    if (head !== undefined) void this.#advance(head)
  }

  #admit(request: Request): void {
    const entries = request.wanted.map(({ key }) => this.#take(key))
    this.#leave(request).admit(entries.map(({ model }) => model))
  }

  #take(key: string): Entry {
    const entry = this.#entries.get(key) as Entry
    clearTimeout(entry.idle)
    entry.users++
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  #release(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined || --entry.users > 0) return
    const idle = this.#idle()
    for (const one of idle.slice(0, Math.max(0, idle.length - keptModels))) this.#unload(one)
    const { idleMs } = this.#options
    if (idleMs === undefined || this.#entries.get(key) !== entry) return
    entry.idle = setTimeout(() => this.#unload(entry), idleMs).unref()
  }

  // ── loading ─────────────────────────────────────────────────────────────

  /** Loads the next model that the head of the line lacks. */
  async #advance(head: Request): Promise<void> {
    if (this.#loading !== undefined || head.triedAt === this.#freed) return
    const next = head.wanted.find(({ key }) => !this.#entries.has(key)) as WantedModel
    const loading: Loading = { key: next.key, abandon: new AbortController() }
    this.#loading = loading
    const before = this.#freed
    try {
      const entry = await this.#load(next, loading)
      this.#entries.set(next.key, entry)
      this.#tell()
      this.#take(next.key)
      // Until the head has all it wants, nobody else lets go of it.
      if (this.#line.includes(head)) head.pinned.add(entry)
      else this.#release(next.key)
    } catch (error) {
      this.#settleFailure(head, next, loading, error, before)
    } finally {
      this.#loading = undefined
    }
    this.#serve()
  }

  async #load(wanted: WantedModel, loading: Loading): Promise<Entry> {
    const { signal } = loading.abandon
    const onProgress: WaitOptions['onProgress'] = (...told) => {
      for (const { wanted: others, options } of this.#line) {
        if (others.some(({ key }) => key === wanted.key)) options.onProgress(...told)
      }
    }
    // What was loaded from the same files before they changed is of no use any more.
    for (const entry of this.#idle()) if (entry.wanted.recipe === wanted.recipe) this.#unload(entry)
    await this.gone()
    const file = await wanted.hold({ signal, onProgress })
    try {
      loading.path = file.path
      const model = await this.#llama.loadModel({
        ...wanted.loadedAs,
        path: file.path,
        signal,
        onProgress: (fraction) => onProgress(Math.round(fraction * 100), 100, '% loaded'),
      })
      try {
        wanted.check?.(model)
      } catch (error) {
        await model[Symbol.asyncDispose]()
        throw error
      }
      return { wanted, model, file, users: 0 }
    } catch (error) {
      file.release()
      throw error
    }
  }

  #settleFailure(
    head: Request,
    next: WantedModel,
    { abandon }: Loading,
    error: unknown,
    before: number,
  ): void {
    // Given up because nobody wanted it; who came for it meanwhile has it tried again.
    if (abandon.signal.aborted || !this.#line.includes(head)) return
    if ((error as { code?: string }).code !== 'model-too-large') {
      for (const request of [...this.#line]) {
        if (request.wanted.some(({ key }) => key === next.key)) this.#leave(request).refuse(error)
      }
      return
    }
    const wanted = new Set(head.wanted.map(({ key }) => key))
    const [oldest] = this.#idle().filter((entry) => !wanted.has(entry.wanted.key))
    if (oldest !== undefined) return this.#unload(oldest)
    if (this.#freed !== before) return
    const pinning = this.#line.find((request) => request !== head && request.pinned.size > 0)
    if (pinning !== undefined) return this.#unpin(pinning)
    if (this.#others(head)) {
      head.blockedSince ??= performance.now()
      head.triedAt = this.#freed
      return
    }
    // Some of them may have been there before.
    const there = [...wanted].flatMap((key) => this.#entries.get(key) ?? [])
    const models = there.map(({ model }) => model)
    const refusal = refuseTogether(head.wanted, models, error as LlamaError)
    const same = (request: Request): boolean =>
      request.wanted.length === head.wanted.length && request.wanted.every(({ key }) => wanted.has(key))
    for (const request of this.#line.filter(same)) this.#leave(request).refuse(refusal)
  }

  /** Whether work goes on that will let go of models without waiting for more. */
  #others(head: Request): boolean {
    return [...this.#works].some((work) => work !== head.within && work.waits === 0)
  }

  // ── unloading ───────────────────────────────────────────────────────────

  /** Least recently used first. */
  #idle(): Entry[] {
    return [...this.#entries.values()].filter(({ users }) => users === 0)
  }

  /** Takes it out at once; `gone` resolves when its memory is free. */
  #unload(entry: Entry): void {
    if (this.#entries.get(entry.wanted.key) !== entry) return
    this.#entries.delete(entry.wanted.key)
    clearTimeout(entry.idle)
    const leave = async (): Promise<void> => {
      await entry.model[Symbol.asyncDispose]()
    }
    const leaving = leave()
      .catch(() => {})
      .then(() => {
        entry.file.release()
        this.#leaving.delete(leaving)
        this.#freed++
        this.#serve()
      })
    this.#leaving.add(leaving)
    this.#tell()
  }

  #tell(): void {
    const weights = new Map([...this.#entries.values()].map((entry) => [weightsOf(entry.model.info), entry]))
    this.#options.onChange(
      [...weights.values()].map(({ wanted, model }) => ({ file: wanted.name, bytes: model.info.bytes })),
    )
  }
}

/** The same for contexts that share their weights, as `SharedWeights` tells them apart. */
function weightsOf({ path, identity, gpuLayers, reproducible }: ModelInfo): string {
  return JSON.stringify([path, identity, gpuLayers, reproducible === 'off'])
}
