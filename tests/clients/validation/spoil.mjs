// Ways to spoil a document: each changes one thing, which may make it invalid. A way returns `false`
// where it finds nothing to change.
import * as graphql from 'graphql';
import { Kind, visit } from 'graphql';
import { name } from './generate.mjs';

const parseType = (text) => graphql.parseType(text, { noLocation: true });
const parseValue = (text) => graphql.parseValue(text, { noLocation: true });

const definitions = (text) => graphql.parse(text, { noLocation: true }).definitions;

const selection = (text) => definitions(`{ ${text} }`)[0].selectionSet.selections[0];

const nodes = (document, kind) => {
  const found = [];
  visit(document, { [kind]: { enter: (node) => { found.push(node); } } });
  return found;
};

/** A way that changes some node of a kind. */
const at = (kind, change) => (document, random, schema) => {
  const found = nodes(document, kind);
  return found.length > 0 && change(random.pick(found), random, document, schema) !== false;
};

const misspelt = (text, random) => random.pick([`${text}x`, text.slice(1) || 'x', 'nothing']);

const LITERALS = [
  '1', '-7', '1.5', '2147483648', '-2147483649', '9007199254740993', '"WEEKLY"', 'WEEKLY', 'CLOSE',
  'weekly', 'true', 'null', '[]', '[1]', '["A"]', '[["A"]]', '[null]', '[CDLDOJI]', '{}', '{ a: 1 }',
  '{ a: 1, a: 2 }', '{ a: $nowhere }', '$nowhere', '[$nowhere]', '"2024-02-29"', '"2024-02-30"',
];

const anyValue = (random, document) => {
  const variables = nodes(document, Kind.VARIABLE);
  if (variables.length > 0 && random.chance(0.3)) return structuredClone(random.pick(variables));
  return parseValue(random.pick(LITERALS));
};

const anyType = (random, schema) => {
  const names = Object.keys(schema.getTypeMap()).filter((it) => !it.startsWith('__'));
  const inputs = ['Int', 'Float', 'String', 'Boolean', 'ID', 'Date', 'Frequency', 'PriceSource'];
  const named = random.chance(0.7) ? random.pick(inputs) : random.pick([...names, 'Nothing']);
  return parseType(random.pick([named, `${named}!`, `[${named}]`, `[${named}!]`, `[${named}!]!`]));
};

const become = (node, other) => {
  Object.keys(node).forEach((key) => delete node[key]);
  Object.assign(node, other);
};

const directives = (text) => selection(`a ${text}`).directives;

const keyOf = (field) => (field.alias ?? field.name).value;

/** Adds a selection to a set, in a fragment at times. */
const put = (set, added, random) => {
  const inline = (selections) => ({
    kind: Kind.INLINE_FRAGMENT,
    directives: [],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  });
  const item = random.pick([added, added, inline([added]), inline([inline([added])])]);
  set.selections.splice(random.below(set.selections.length + 1), 0, item);
};

/** The sets that have fields, each with one of them. */
const someField = (document, random) => {
  const sets = nodes(document, Kind.SELECTION_SET);
  const found = sets.flatMap((set) =>
    set.selections.filter((it) => it.kind === Kind.FIELD).map((field) => ({ set, field })));
  return found.length > 0 && random.pick(found);
};

const WRONG_PLACES = [Kind.OPERATION_DEFINITION, Kind.FRAGMENT_DEFINITION, Kind.VARIABLE_DEFINITION];
const RIGHT_PLACES = [Kind.FIELD, Kind.FRAGMENT_SPREAD, Kind.INLINE_FRAGMENT];

const addDirective = (kinds, text) => (document, random) => {
  const found = kinds.flatMap((kind) => nodes(document, kind));
  if (found.length === 0) return false;
  random.pick(found).directives.push(...directives(text));
  return true;
};

export const spoilers = {
  // Fields.
  'another field': at(Kind.FIELD, (field, random, document, schema) => {
    const types = Object.values(schema.getTypeMap()).filter((it) => it.getFields);
    const other = random.pick(Object.keys(random.pick(types).getFields()));
    field.name = name(random.pick([misspelt(field.name.value, random), other, '__typename']));
  }),
  'introspection in any place': at(Kind.SELECTION_SET, (set, random) => {
    const text = random.pick(['__schema { queryType { name } }', '__type(name: "A") { kind }']);
    put(set, selection(text), random);
  }),
  'no selection': at(Kind.FIELD, (field) => {
    if (!field.selectionSet) return false;
    field.selectionSet = undefined;
  }),
  'a selection of a leaf': at(Kind.FIELD, (field) => {
    if (field.selectionSet) return false;
    field.selectionSet = definitions('{ __typename }')[0].selectionSet;
  }),
  'a selection in another place': (document, random) => {
    const sets = nodes(document, Kind.SELECTION_SET);
    const from = random.pick(random.pick(sets).selections);
    put(random.pick(sets), structuredClone(from), random);
  },
  'one name for two fields': (document, random) => {
    const { set, field } = someField(document, random);
    if (!set) return false;
    const others = set.selections.filter((it) => it.kind === Kind.FIELD && it !== field);
    const other = structuredClone(random.pick([...others, selection('__typename')]));
    other.alias = name(keyOf(field));
    put(set, other, random);
  },
  'one name with other arguments': (document, random) => {
    const { set, field } = someField(document, random);
    if (!set || field.arguments.length === 0) return false;
    const other = structuredClone(field);
    if (random.chance(0.5)) other.arguments.splice(random.below(other.arguments.length), 1);
    else if (random.chance(0.5)) random.pick(other.arguments).value = anyValue(random, document);
    else other.arguments.reverse();
    other.alias = name(keyOf(field));
    put(set, other, random);
  },
  'one name with another selection': (document, random) => {
    const { set, field } = someField(document, random);
    if (!set || !field.selectionSet) return false;
    const other = structuredClone(field);
    const leaf = other.selectionSet.selections.find((it) => it.kind === Kind.FIELD);
    if (!leaf) return false;
    leaf.alias = name(keyOf(leaf));
    leaf.name = name('__typename');
    leaf.arguments = [];
    leaf.selectionSet = undefined;
    put(set, other, random);
  },
  'no alias': at(Kind.FIELD, (field) => {
    if (!field.alias) return false;
    field.alias = undefined;
  }),

  // Arguments and values.
  'another argument': at(Kind.ARGUMENT, (argument, random) => {
    argument.name = name(misspelt(argument.name.value, random));
  }),
  'an argument less': at(Kind.FIELD, (field, random) => {
    if (field.arguments.length === 0) return false;
    field.arguments.splice(random.below(field.arguments.length), 1);
  }),
  'an argument twice': at(Kind.FIELD, (field, random) => {
    if (field.arguments.length === 0) return false;
    field.arguments.push(structuredClone(random.pick(field.arguments)));
  }),
  'another value': at(Kind.ARGUMENT, (argument, random, document) => {
    argument.value = anyValue(random, document);
  }),
  'a value in a list': at(Kind.ARGUMENT, (argument) => {
    argument.value = { kind: Kind.LIST, values: [argument.value] };
  }),
  'another item': at(Kind.LIST, (list, random, document) => {
    list.values.push(anyValue(random, document));
  }),
  'an enum as a text': at(Kind.ENUM, (node) => become(node, { kind: Kind.STRING, value: node.value })),
  'another enum value': at(Kind.ENUM, (node, random) => {
    node.value = random.pick([node.value.toLowerCase(), `${node.value}X`, 'CLOSE', 'DAILY', 'NULL']);
  }),
  'a text as an enum': at(Kind.STRING, (node) => become(node, { kind: Kind.ENUM, value: 'WEEKLY' })),
  'another whole number': at(Kind.INT, (node, random) => {
    become(node, parseValue(random.pick(['2147483648', '1.0', '"1"', '99999999999999999999'])));
  }),

  // Variables.
  'a variable of another type': at(Kind.VARIABLE_DEFINITION, (node, random, document, schema) => {
    node.type = anyType(random, schema);
  }),
  'a variable that may be null': at(Kind.VARIABLE_DEFINITION, (node) => {
    if (node.type.kind !== Kind.NON_NULL_TYPE) return false;
    node.type = node.type.type;
  }),
  'a variable that must not be null': at(Kind.VARIABLE_DEFINITION, (node) => {
    if (node.type.kind === Kind.NON_NULL_TYPE) return false;
    node.type = { kind: Kind.NON_NULL_TYPE, type: node.type };
  }),
  'another default': at(Kind.VARIABLE_DEFINITION, (node, random) => {
    const value = parseValue(random.pick(LITERALS.filter((it) => !it.includes('$'))));
    node.defaultValue = random.chance(0.8) ? value : undefined;
  }),
  'a variable less': at(Kind.OPERATION_DEFINITION, (operation, random) => {
    const variables = operation.variableDefinitions;
    if (variables.length === 0) return false;
    variables.splice(random.below(variables.length), 1);
  }),
  'a variable twice': at(Kind.OPERATION_DEFINITION, (operation, random) => {
    const variables = operation.variableDefinitions;
    if (variables.length === 0) return false;
    variables.push(structuredClone(random.pick(variables)));
  }),
  'a variable too many': at(Kind.OPERATION_DEFINITION, (operation, random, document, schema) => {
    operation.variableDefinitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: name('unused') },
      type: anyType(random, schema),
      directives: [],
    });
  }),

  // Fragments.
  'a fragment on another type': at(Kind.FRAGMENT_DEFINITION, (fragment, random, document, schema) => {
    const types = Object.keys(schema.getTypeMap()).filter((it) => !it.startsWith('__'));
    fragment.typeCondition.name = name(random.pick([...types, 'Nothing', 'Query', 'Int']));
  }),
  'a part on another type': at(Kind.INLINE_FRAGMENT, (fragment, random, document, schema) => {
    const types = Object.keys(schema.getTypeMap()).filter((it) => !it.startsWith('__'));
    const on = name(random.pick([...types, 'Nothing', 'Query', 'Frequency']));
    fragment.typeCondition = { kind: Kind.NAMED_TYPE, name: on };
  }),
  'a spread of another fragment': at(Kind.FRAGMENT_SPREAD, (spread, random, document) => {
    const known = nodes(document, Kind.FRAGMENT_DEFINITION).map((it) => it.name.value);
    spread.name = name(random.pick([...known, misspelt(spread.name.value, random)]));
  }),
  'a spread in another place': at(Kind.FRAGMENT_SPREAD, (spread, random, document) => {
    put(random.pick(nodes(document, Kind.SELECTION_SET)), structuredClone(spread), random);
  }),
  'a fragment too many': (document) => {
    document.definitions.push(...definitions('fragment Unused on Query { __typename }'));
  },
  'a fragment less': (document, random) => {
    const fragments = document.definitions.filter((it) => it.kind === Kind.FRAGMENT_DEFINITION);
    if (fragments.length === 0) return false;
    document.definitions.splice(document.definitions.indexOf(random.pick(fragments)), 1);
  },
  'a fragment twice': at(Kind.FRAGMENT_DEFINITION, (fragment, random, document) => {
    document.definitions.push(structuredClone(fragment));
  }),
  'a fragment in itself': at(Kind.FRAGMENT_DEFINITION, (fragment, random) => {
    const spread = { kind: Kind.FRAGMENT_SPREAD, name: fragment.name, directives: [] };
    put(fragment.selectionSet, structuredClone(spread), random);
  }),

  // Directives.
  'an unknown directive': addDirective([...RIGHT_PLACES, ...WRONG_PLACES], '@nothing(a: 1)'),
  'a directive in a wrong place': addDirective(WRONG_PLACES, '@skip(if: true)'),
  'a directive for schemas': addDirective(RIGHT_PLACES, '@deprecated'),
  'a directive': addDirective(RIGHT_PLACES, '@include(if: true)'),
  'a directive twice': addDirective(RIGHT_PLACES, '@skip(if: true) @skip(if: true)'),
  'a directive without its argument': addDirective(RIGHT_PLACES, '@skip'),
  'a directive with another argument': addDirective(RIGHT_PLACES, '@skip(iff: true, if: true)'),
  'a directive with another value': addDirective(RIGHT_PLACES, '@skip(if: "true")'),
  'a directive with an unknown variable': addDirective(RIGHT_PLACES, '@skip(if: $nowhere)'),

  // Operations.
  'another operation without a name': (document) => {
    document.definitions.push(...definitions('{ __typename }'));
  },
  'another operation of the same name': at(Kind.OPERATION_DEFINITION, (operation, random, document) => {
    document.definitions.push(structuredClone(operation));
  }),
  'a mutation': at(Kind.OPERATION_DEFINITION, (operation, random) => {
    operation.operation = random.pick(['mutation', 'subscription']);
  }),
  'a type': (document) => {
    document.definitions.push(...definitions('type Nothing { a: Int }'));
  },
};
