import { loadKeyOf, usualTokens } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { beginConstraint, constrainedPart } from '../steering/constraints/begin-constraint.ts'
import { constraintSchema } from '../steering/constraints/constraint-value.ts'
import { explainConstraintError, loadConstraints } from '../steering/constraints/load-constraints.ts'
import { biasSettings } from '../steering/words/resolve-bias.ts'
import { onlyWords, restrictWords } from '../steering/words/restrict-words.ts'
import { framingInputs, promptInput, specialParts } from './prompt-inputs.ts'
import { AnswerWatch, reportResult, splitMessages } from './report-result.ts'
import { joinSamplers, samplerSchema, splitSampler } from './sampler-value.ts'
import { readSampling, samplingInputs } from './sampling.ts'
import { useModels, weightNotes } from './use-models.ts'
import { recipesOf, writeRequest } from './write-mix.ts'

const movedSystem =
  'This model’s chat template has no place for a system prompt: it was put at the beginning of the first prompt.'

export const generate: WoolgatherNode = defineNode({
  type: 'generation/generate',
  version: 2,
  title: 'Generate',
  description: 'Lets the model write.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who writes.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    prompt: promptInput,
    ...framingInputs,
    seed: {
      type: 'integer',
      title: 'Seed',
      description:
        'The same seed, prompt and settings give the same text where the model is “Reproducible”. Else it depends on what is written beside it: of quantised models most long texts part somewhere. Empty: drawn anew for each run.',
      schema: z.int().min(0).max(4_294_967_295).optional(),
      widget: 'seed',
    },
    maxTokens: {
      type: 'integer',
      title: 'Max tokens',
      description: 'Longest answer.',
      schema: z.int().min(1).max(1_000_000).default(usualTokens),
      limitsTokens: true,
    },
    stop: {
      type: 'list',
      title: 'Stop',
      description: 'Texts that end the answer; not part of it.',
      schema: z.array(z.string().min(1)).max(64).default([]),
      advanced: true,
    },
    constraint: {
      type: 'constraint',
      title: 'Constraint',
      description: 'What the answer must match. It ends when nothing more may follow.',
      schema: constraintSchema.optional(),
      widget: 'none',
    },
    finish: {
      type: 'boolean',
      title: 'Finish in time',
      description:
        'With a constraint: lets only tokens through that still allow a match within the max tokens, where those left run short. Off: the answer is cut there.',
      schema: z.boolean().default(true),
    },
    sampler: {
      type: 'sampler',
      title: 'Sampler',
      description: 'Settings and word biases from another node. A setting given here wins over it.',
      schema: samplerSchema.optional(),
      widget: 'none',
    },
    ...samplingInputs,
    plausibility: {
      type: 'number',
      title: 'Plausibility',
      description:
        'Of a mix of prompts: drops tokens less likely than this × the likeliest, in each prompt that counts above 0. 0 off.',
      schema: z.number().min(0).max(1).optional().meta({ default: 0.01 }),
      advanced: true,
    },
    logprobs: {
      type: 'integer',
      title: 'Log-probabilities',
      description:
        'Notes how likely each token was, and this many that could have stood there. Empty: not noted.',
      schema: z.int().min(0).max(100).optional(),
      advanced: true,
    },
  },
  outputs: {
    text: { type: 'text', description: 'What the model wrote.' },
    tokens: { type: 'integer', description: 'How many tokens it wrote.' },
    tokensPerSecond: { type: 'number', description: 'Speed, counted from the first token.' },
    stopReason: {
      type: 'text',
      description:
        'end, stop, length, context; with a constraint also complete, finished where it was brought to an end in time, or incomplete where it ended before it matched.',
    },
    logprobs: {
      type: 'list',
      description: 'Each token with its log-probability and its alternatives, where asked for.',
    },
    json: { type: 'json', description: 'What the answer says as JSON; null where it is none.' },
    promptTokens: {
      type: 'integer',
      description: 'How many tokens it was asked with, of all prompts of a mix together.',
    },
    reproducible: {
      type: 'text',
      description:
        'Whether the same run gives the same text: guaranteed; off, where the model was not asked to; or not-guaranteed, where it was, but on a processor on which that was not shown.',
    },
    thinking: {
      type: 'text',
      description:
        'Of models that think in messages of their own (gpt-oss): what they wrote before the answer. Empty elsewhere.',
    },
    warnings: {
      type: 'list',
      description: 'What was not asked as it stands here, and what was lost in weights that were made.',
      warns: true,
    },
  },
  holds: ({ model, prompt }) => recipesOf(model, prompt).map(loadKeyOf),
  fingerprint: ({ model, prompt }, { models }) =>
    Promise.all(recipesOf(model, prompt).map((recipe) => models.fingerprint(recipe))),
  run: (inputs, context) => {
    const { signal, services, progress, token, seed } = context
    const { maxTokens, logprobs, plausibility } = inputs
    const special = specialParts(inputs.special, context.typed)
    const recipes = recipesOf(inputs.model, inputs.prompt)
    return useModels(services.models, recipes, { signal, onProgress: progress }, async (readyFor) => {
      const { asked, prompt, stop, answerOpening, systemMoved } = await writeRequest(
        inputs.model,
        { ...inputs, special },
        { maxTokens, plausibility },
        readyFor,
      )
      const { settings, bias } = splitSampler(joinSamplers(inputs.sampler, readSampling(inputs)))
      const sources = [inputs.constraint, onlyWords(bias)].filter((source) => source !== undefined)
      const states = await Promise.all(sources.map((source) => beginConstraint(asked, source, prompt)))
      const read = 'text' in prompt ? prompt.text : ''
      const constraint = await restrictWords(asked.model, states, bias, read)
      let generated = 0
      const answer = new AnswerWatch(asked.model, answerOpening)
      const result = await asked.model
        .generate({
          prompt,
          adapters: asked.adapters,
          vectors: asked.vectors,
          sampling: { ...settings, ...biasSettings(asked.model, bias) },
          seed: inputs.seed ?? seed,
          maxTokens,
          stop: [...stop, ...inputs.stop],
          ...(constraint && { constraint, finish: inputs.finish && inputs.constraint !== undefined }),
          ...(logprobs !== undefined && { logprobs }),
          signal,
          onPromptProgress: (done, total) => progress(done, total, 'prompt tokens'),
          onToken: (id) => answer.see(id),
          onText: (piece, told) => {
            // Thoughts are told when it has ended: who reads along reads the text.
            if (answer.isOpen) token(piece, told)
            progress(++generated, maxTokens, 'tokens')
          },
        })
        .catch(async (error: unknown) => {
          throw explainConstraintError(await loadConstraints(), error, 'constraint')
        })
      const { thinking, ...said } = splitMessages(asked.model, result, answerOpening)
      return {
        ...reportResult(said, {
          constrained: inputs.constraint !== undefined,
          answer: constrainedPart(asked.model, inputs.constraint, said),
        }),
        thinking,
        warnings: [...(systemMoved ? [movedSystem] : []), ...weightNotes(recipes, readyFor)],
      }
    })
  },
})
