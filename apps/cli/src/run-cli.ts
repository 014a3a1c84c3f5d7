import { serverOptions } from '@woolgather/supervisor'
import { WoolgatherError } from '@woolgather/workflow'
import { Command, CommanderError, Option } from 'commander'
import { CliError } from './io/cli-error.ts'
import type { CliIo } from './io/cli-io.ts'
import type { BatchOptions } from './batch/prepare-batch.ts'
import type { CleanOptions } from './commands/clean.ts'
import type { DoctorOptions } from './commands/doctor.ts'
import type { ListModelsOptions } from './commands/list-models.ts'
import type { ListWorkersOptions } from './commands/list-workers.ts'
import type { RecipeOptions } from './commands/recipe.ts'
import type { RunOptions } from './running/run-options.ts'
import type { ServeOptions } from './commands/serve.ts'
import type { WorkerOptions } from './commands/worker.ts'
import type { ValidateOptions } from './commands/validate.ts'
import { exitCodes } from './io/exit-codes.ts'
import { collect, folderOptions, listeningOptions, withOptions, workerOptions } from './io/with-options.ts'
import { printable, printIssues } from './print/print-issues.ts'

/**
 * Runs one command line.
 * @param args without node and script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], version: string, io: CliIo): Promise<number> {
  let exitCode: number = exitCodes.ok
  const program = createProgram(version, io, (code) => (exitCode = code))
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid
    if (error instanceof WoolgatherError) {
      const { code, message, hint } = error
      printIssues([{ code, message, ...(hint !== undefined && { hint }) }], io.stderr)
      return exitCodes.invalid
    }
    if (!(error instanceof CliError)) {
      io.stderr.write(`woolgather: ${printable(error instanceof Error ? error.message : String(error))}\n`)
      return exitCodes.failed
    }
    printIssues(error.issues, io.stderr)
    return error.exitCode
  }
}

function createProgram(version: string, io: CliIo, exit: (code: number) => void): Command {
  const program = new Command('woolgather')
    .description('A node-graph workflow engine for local language models')
    .version(version)
    .showHelpAfterError('(--help after a command lists what it takes.)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })

  withWorker(program.command('run'))
    .description('run a workflow and print what it makes')
    .argument('<file>', 'workflow, or - for standard input')
    .option('--set <name=value>', 'give an `api/input`, or a node.input, another value (repeatable)', collect)
    .option('--target <node>', 'run this node and what it needs (repeatable)', collect)
    .option('--out <file>', 'write status, outputs and errors as JSON')
    .option('--json', 'print events as JSON lines')
    .option('--server <url>', 'run on this server, not in a worker of its own')
    .option('--webhook <name>', 'of the server: told when a run has ended')
    .addOption(allowHost())
    .option('--verbose', 'where standard error is no terminal: a line for everything that happens')
    .addOption(quiet)
    .action(async (file: string, options: RunOptions) =>
      exit(await (await import('./commands/run.ts')).run(file, options, io)),
    )

  withWorker(program.command('batch'))
    .description('run a workflow once for each row of a table')
    .argument('<file>', 'workflow, or - for standard input')
    .requiredOption('--rows <file>', 'the table, .csv, .tsv, .txt or .jsonl')
    .requiredOption('--out <file>', 'a line for each row, .jsonl or .csv')
    .option(
      '--delimiter <character>',
      'what is between columns, or tab, semicolon, pipe; else found in the header',
    )
    .option('--encoding <name>', 'of a table without a byte-order mark, such as windows-1252; default utf-8')
    .option('--concurrency <n>', 'rows worked on at once; default 8')
    .option('--resume', 'go on where an earlier batch into this file stopped')
    .option('--retry-failed', 'run rows that failed again, and put their new lines in place of the old')
    .option('--overwrite', 'begin again where there is such a file already')
    .option('--as-completed', 'write lines as rows end, not in the order of the rows')
    .option('--ignore <column>', 'leave out a column that names no input (repeatable)', collect)
    .option('--ignore-others', 'leave out every such column')
    .option(
      '--carry <column>',
      'put this column into the results as it is (repeatable, or with commas)',
      collect,
    )
    .option(
      '--skip-empty <column>',
      'leave out rows that have nothing there (repeatable, or with commas)',
      collect,
    )
    .option('--bom', 'begin .csv results with a byte-order mark, by which Excel knows UTF-8')
    .option('--no-inputs', 'leave the values that went into the workflow out of the results')
    .option('--formulas', 'leave fields of .csv results as they are that spreadsheets run: = + - @ in front')
    .option(
      '--set <name=value>',
      'the same value in all rows for an `api/input`, or a node.input (repeatable)',
      collect,
    )
    .option('--target <node>', 'run this node and what it needs (repeatable)', collect)
    .option('--server <url>', 'run on this server, not in a worker of its own')
    .option('--webhook <name>', 'of the server: told when a run has ended')
    .addOption(allowHost())
    .addOption(quiet)
    .action(async (file: string, options: BatchOptions) =>
      exit(await (await import('./commands/batch.ts')).batch(file, options, io)),
    )

  program
    .command('validate')
    .description('say everything that is wrong with a workflow')
    .argument('<file>', 'workflow, or - for standard input')
    .option('--set <name=value>', 'check it with another value of an input (repeatable)', collect)
    .option('--target <node>', 'only with this node and what it needs (repeatable)', collect)
    .option('--nodes <folder>', 'a package of nodes to know besides (repeatable)', collect)
    .action(async (file: string, options: ValidateOptions) =>
      exit(await (await import('./commands/validate.ts')).validate(file, options, io)),
    )

  withFolders(program.command('doctor'))
    .description('say what is wrong with this machine, or what a workflow lacks to run on it')
    .argument('[file]', 'workflow, or an output that carries one')
    .option('--fetch', 'fetch the models the workflow lacks, as far as it says from where')
    .option('--here', 'name the models it lacks as the same files are called here')
    .addOption(
      new Option('--existing <what>', 'with --fetch, where another file has the name of a model').choices([
        'beside',
        'replace',
      ]),
    )
    .option('--out <file>', 'with --fetch or --here, the workflow that names what is here')
    .option('--port <number>', `the port a server would take; default ${serverOptions.port.default}`)
    .option('--json', 'print as JSON')
    .action(async (file: string | undefined, options: DoctorOptions) =>
      exit(await (await import('./commands/doctor.ts')).doctor(file, options, io)),
    )

  program
    .command('import')
    .description('print the workflow that an output carries: text, table, result or GGUF file')
    .argument('<file>', 'the output, or - for standard input')
    .option('--out <file>', 'write it here')
    .action(async (file: string, options: { out?: string }) =>
      exit(await (await import('./commands/import.ts')).importWorkflow(file, options, io)),
    )

  program
    .command('nodes')
    .description('list what can be in a workflow')
    .option('--json', 'print the whole descriptions')
    .option('--nodes <folder>', 'a package of nodes to know besides (repeatable)', collect)
    .action(async (options: { json?: boolean; nodes?: string[] }) =>
      exit(await (await import('./commands/list-nodes.ts')).listNodes(options, io)),
    )

  program
    .command('models')
    .description('list model files as workflows name them')
    .option('--models <folder>', 'look here first (repeatable)', collect)
    .option('--data <folder>', 'where it is noted which files were added')
    .option('--add <path>', 'use a file, or those of a folder, where they lie, from now on')
    .option('--forget <name>', 'use one no more that was added; it stays where it is')
    .option('--json', 'print as JSON')
    .action(async (options: ListModelsOptions) =>
      exit(await (await import('./commands/list-models.ts')).listModels(options, io)),
    )

  program
    .command('recipe')
    .description('print the workflow that made a GGUF file')
    .argument(
      '<file>',
      'a model, LoRA or control vector that Woolgather saved; a path, or as workflows name it',
    )
    .option('--models <folder>', 'look here first (repeatable)', collect)
    .option('--only', 'print how just this model or LoRA was made')
    .action(async (file: string, options: RecipeOptions) =>
      exit(await (await import('./commands/recipe.ts')).printRecipe(file, options, io)),
    )

  program
    .command('clean')
    .description('forget the oldest runs, with their outputs')
    .requiredOption('--keep <time or size>', 'how much is kept, such as 30d or 10GiB')
    .option(
      '--server <url>',
      `whose history; default http://${serverOptions.host.default}:${serverOptions.port.default}, or the data folder where none is there`,
    )
    .option('--data <folder>', 'the history in this folder, which no server holds')
    .action(async (options: CleanOptions) =>
      exit(await (await import('./commands/clean.ts')).clean(options, io)),
    )

  withOptions(program.command('serve [workflow]'), [...workerOptions, ...listeningOptions])
    .description('start the server and its editor, and open a workflow in it')
    .option('--open', 'open the editor in the browser')
    .option('--with-worker', 'with --fabric: a worker on this machine, too')
    .action(async (file: string | undefined, options: ServeOptions) =>
      exit(await (await import('./commands/serve.ts')).serve(file, options, io)),
    )

  withOptions(program.command('worker'), [...workerOptions, 'fabric'])
    .description('use the models of this machine for servers elsewhere')
    .option('--gpu <number>', 'use this one of several GPUs alone')
    .option('--name <text>', "what it is called on the servers' pages; default the name of the machine")
    .option('--cells <n>', 'cells run at once; default 64, as many as one decode takes')
    .action(async (options: WorkerOptions) =>
      exit(await (await import('./commands/worker.ts')).work(options, io)),
    )

  withOptions(program.command('workers'), ['fabric'])
    .description('list the workers of a fabric, what each does, and what waits')
    .option('--json', 'print as JSON')
    .action(async (options: ListWorkersOptions) =>
      exit(await (await import('./commands/list-workers.ts')).listWorkers(options, io)),
    )

  return program
}

/** A terminal is asked instead. */
const allowHost = (): Option =>
  new Option(
    '--allow-host <host>',
    'models may be downloaded from there, from now on (repeatable)',
  ).argParser(collect)

/** What is wrong with the command itself is told in any case: then nothing was run. */
const quiet = new Option(
  '--quiet',
  'nothing on standard error, no errors either: the exit code and --out tell of them',
).conflicts('verbose')

function withWorker(command: Command): Command {
  return withOptions(command, workerOptions)
}

function withFolders(command: Command): Command {
  return withOptions(command, folderOptions)
}
