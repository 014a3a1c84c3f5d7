const object = (properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const text = { type: 'string' }
const number = { type: 'number' }
const isText = (value) => typeof value === 'string'
const isNumber = (value) => typeof value === 'number'
const isList = (value, each) => Array.isArray(value) && value.every(each)

/** What people ask for every day: a schema, a request, and whether an answer is what was asked for. */
export const forms = {
  person: {
    schema: object({ name: text, age: { type: 'integer' }, email: text }),
    prompt: 'A person as JSON:\n',
    holds: ({ name, age, email }) => isText(name) && Number.isInteger(age) && isText(email),
  },
  invoice: {
    schema: object({
      number: text,
      items: {
        type: 'array',
        items: object({ description: text, quantity: { type: 'integer' }, price: number }),
      },
      total: number,
    }),
    prompt: 'An invoice as JSON:\n',
    holds: ({ number: id, items, total }) =>
      isText(id) &&
      isNumber(total) &&
      isList(
        items,
        ({ description, quantity, price }) =>
          isText(description) && Number.isInteger(quantity) && isNumber(price),
      ),
  },
  numbers: {
    schema: { type: 'array', items: number },
    prompt: 'Some measurements as JSON:\n',
    holds: (value) => isList(value, isNumber),
  },
  verdict: {
    schema: object({ reason: text, verdict: { enum: ['yes', 'no', 'unclear'] } }),
    prompt: 'Is the sky blue? The answer as JSON:\n',
    holds: ({ reason, verdict }) => isText(reason) && ['yes', 'no', 'unclear'].includes(verdict),
  },
  shape: {
    schema: {
      anyOf: [
        object({ kind: { const: 'circle' }, radius: number }),
        object({ kind: { const: 'box' }, width: number, height: number }),
      ],
    },
    prompt: 'A shape as JSON:\n',
    holds: ({ kind, radius, width, height }) =>
      kind === 'circle' ? isNumber(radius) : kind === 'box' && isNumber(width) && isNumber(height),
  },
}

/** Whether a text is JSON of a form. */
export function isForm(form, written) {
  try {
    return form.holds(JSON.parse(written)) === true
  } catch {
    return false
  }
}
