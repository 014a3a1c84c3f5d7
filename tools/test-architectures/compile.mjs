import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chooseBinary } from '@woolgather/ggml'

const run = promisify(execFile)
const source = fileURLToPath(new URL('shapes.cpp', import.meta.url))
const cache = fileURLToPath(new URL('../../node_modules/.cache/woolgather/architectures', import.meta.url))

/** What of llama.cpp's source is compiled, or included. */
const parts = ['tests/test-llama-archs.cpp', 'include', 'ggml/include', 'common', 'src', 'vendor']

/** The program could not be built here: there is no compiler, say. */
export class NotBuilt extends Error {}

/**
 * Builds `shapes` against the libraries that Woolgather uses, once for each state of its source.
 * @throws NotBuilt
 */
export async function buildShapes() {
  const binary = await chooseBinary('cpu')
  const hash = createHash('sha256')
    .update(await readFile(source))
    .update(binary.release)
    .digest('hex')
  const program = path.join(cache, `shapes-${hash.slice(0, 16)}`)
  if (!existsSync(program)) await compile(program, binary)
  return (args) => tell(program, args, binary.folder)
}

async function compile(program, { libraries, folder }) {
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(path.join(cache, 'building-'))
  try {
    const code = await unpack(scratch)
    const includes = ['tests', 'include', 'ggml/include', 'common', 'src', 'vendor']
    const built = path.join(scratch, 'shapes')
    await run(process.env.CXX ?? 'c++', [
      // What is not called falls away, and with it what it would be linked with.
      '-O1',
      '-w',
      '-std=c++17',
      ...includes.map((name) => `-I${path.join(code, name)}`),
      source,
      '-o',
      built,
      libraries.llama,
      libraries.ggml,
      libraries.ggmlBase,
      `-Wl,-rpath,${folder}`,
      ...(process.platform === 'linux' ? ['-Wl,--allow-shlib-undefined'] : []),
    ])
    await rename(built, program)
  } catch (error) {
    throw new NotBuilt(`llama.cpp’s test of architectures cannot be compiled here: ${firstLine(error)}`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The source that the libraries were built from is in node-llama-cpp's package, as a bundle of git. */
async function unpack(folder) {
  const package_ = path.dirname(path.dirname(createRequire(import.meta.url).resolve('node-llama-cpp')))
  const code = path.join(folder, 'llama.cpp')
  const bundle = path.join(package_, 'llama/gitRelease.bundle')
  await run('git', ['clone', '--quiet', '--no-checkout', bundle, code])
  await run('git', ['-C', code, 'checkout', '--quiet', 'HEAD', '--', ...parts])
  return code
}

const firstLine = ({ stderr, message }) => (stderr || message).trim().split('\n')[0]

async function tell(program, args, folder) {
  const env = { ...process.env, GGML_FOLDER: folder, GGML_NO_BACKTRACE: '1' }
  const { stdout } = await run(program, args, { env, maxBuffer: 64 << 20, timeout: 60_000 })
  return stdout
}
