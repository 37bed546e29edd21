// The server accepts a document if and only if GraphQL's reference implementation does: documents made
// of the schema, most of them spoilt, the same each time.
import assert from 'node:assert/strict';
import {
  buildClientSchema, getIntrospectionQuery, parse, print, specifiedRules, validate,
} from 'graphql';
import { request } from 'graphql-request';
import { Generator } from './validation/generate.mjs';
import { seeded } from './validation/random.mjs';
import { spoilers } from './validation/spoil.mjs';

const DOCUMENTS = 5_000;
const SEED = 18;

/** How many requests wait for an answer at once. */
const AT_ONCE = 8;

/** Where the two may disagree, and why. */
const DISAGREEMENTS = [
  {
    reason: 'graphql-js 16 leaves an operation of a kind that the schema lacks to the execution',
    covers: ({ text, server, reference }) =>
      /^\s*(mutation|subscription)\b/m.test(text) && !server.accepts && reference.accepts,
  },
  {
    reason: 'the server reads a whole number beyond 64 bits as a Float, which is no ID',
    covers: ({ text, server, reference }) =>
      /\bid: -?\d{20,}/.test(text) && !server.accepts && reference.accepts,
  },
];

/** Rules that no document of this schema breaks. */
const UNBROKEN = [
  // The schema has no subscriptions.
  'SingleFieldSubscriptionsRule',
  // No rule of the specification, but a limit; the server has others.
  'MaxIntrospectionDepthRule',
];

/** The schema as the server tells it, with its rule for dates. */
const schemaOf = async (url) => {
  const schema = buildClientSchema(await request(url, getIntrospectionQuery()));
  schema.getType('Date').parseLiteral = ({ kind, value }) => {
    const isDay = kind === 'StringValue' && /^\d{4}-\d\d-\d\d$/.test(value)
      && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);
    return isDay ? value : undefined;
  };
  return schema;
};

/** What the reference implementation says of a text. */
const ofReference = (schema, text) => {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return { accepts: false, rules: [], message: error.message };
  }
  const errors = validate(schema, document);
  const breaks = (rule) => validate(schema, document, [rule]).length > 0;
  const rules = errors.length > 0 ? specifiedRules.filter(breaks).map((rule) => rule.name) : [];
  return { accepts: errors.length === 0, rules, message: errors[0]?.message };
};

/**
 * What the server says of a text. An operation that is not there is looked for in valid documents
 * only, and nothing is executed.
 */
const ofServer = async (url, query) => {
  const operationName = 'NotThere';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName }),
  });
  const { data, errors } = await response.json();
  assert.equal(data, undefined);
  const [{ message, extensions: { code } }] = errors;
  assert.ok(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'].includes(code), `${code}: ${query}`);
  return { accepts: message === `Unknown operation named "${operationName}"`, message };
};

/** Documents, and the ways in which each was spoilt. */
function* documents(schema) {
  const random = seeded(SEED);
  const generator = new Generator(schema, random);
  for (let count = 0; count < DOCUMENTS; count += 1) {
    const document = structuredClone(generator.document());
    const ways = new Set();
    for (let left = random.pick([0, 1, 1, 1, 1, 2]); left > 0; left -= 1) {
      const way = random.pick(Object.keys(spoilers));
      if (spoilers[way](document, random, schema) !== false) ways.add(way);
    }
    yield { text: print(document), ways };
  }
}

export const validation = {
  async 'documents are accepted and refused as by graphql-js'(url) {
    const schema = await schemaOf(url);
    const [broken, spoilt, wrong] = [new Set(), new Set(), []];
    let accepted = 0;
    const left = documents(schema);
    const compare = async () => {
      for (const { text, ways } of left) {
        const reference = ofReference(schema, text);
        const server = await ofServer(url, text);
        accepted += reference.accepts;
        reference.rules.forEach((rule) => broken.add(rule));
        if (!server.accepts) ways.forEach((way) => spoilt.add(way));
        if (server.accepts !== reference.accepts) wrong.push({ text, ways, server, reference });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, compare));

    const unexplained = wrong.filter((it) => !DISAGREEMENTS.some(({ covers }) => covers(it)));
    const shown = unexplained.slice(0, 5).map(({ text, ways, server, reference }) =>
      `${text}\nspoilt by: ${[...ways].join(', ')}\nserver: ${server.accepts} ${server.message}\n`
      + `graphql-js: ${reference.accepts} ${reference.message}`);
    assert.equal(unexplained.length, 0, `${unexplained.length} disagreements\n${shown.join('\n\n')}`);

    // The documents try what they are to try.
    const rules = specifiedRules.map((rule) => rule.name);
    assert.deepEqual(rules.filter((it) => !broken.has(it)).sort(), [...UNBROKEN].sort());
    const harmless = Object.keys(spoilers).filter((way) => !spoilt.has(way));
    assert.deepEqual(harmless, [], 'ways that spoil nothing');
    assert.ok(accepted > DOCUMENTS / 5 && accepted < DOCUMENTS / 2, `${accepted} were accepted`);
    DISAGREEMENTS.forEach(({ reason, covers }) => assert.ok(wrong.some(covers), `never: ${reason}`));
  },
};
