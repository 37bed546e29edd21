// Valid documents of a schema, as the specification's grammar and rules let one write them.
import {
  Kind, getNamedType, isAbstractType, isEnumType, isLeafType, isListType, isNonNullType, parseType,
  parseValue,
} from 'graphql';

const DEEPEST = 5;

export const name = (value) => ({ kind: Kind.NAME, value });

const LITERALS = {
  Int: ['0', '1', '7', '-2147483648', '2147483647'],
  Float: ['0', '2', '1.5', '-1e3'],
  String: ['""', '"A"', '"AMZN"', '"WEEKLY"'],
  ID: ['"A"', '7'],
  Boolean: ['true', 'false'],
  Date: ['"2024-02-29"', '"1999-12-31"'],
};

/** A literal of a type. */
export const literal = (type, random) => {
  if (isNonNullType(type)) return literal(type.ofType, random);
  if (isListType(type)) {
    if (random.chance(0.2)) return literal(type.ofType, random);
    const values = Array.from({ length: random.below(3) }, () => literal(type.ofType, random));
    return { kind: Kind.LIST, values };
  }
  const texts = isEnumType(type) ? type.getValues().map((it) => it.name) : LITERALS[type.name];
  return parseValue(random.pick(texts), { noLocation: true });
};

export class Generator {
  #schema;
  #random;
  #fragments = [];
  #count = 0;

  constructor(schema, random) {
    this.#schema = schema;
    this.#random = random;
  }

  document() {
    this.#fragments = [];
    this.#count = 0;
    const operations = this.#random.chance(0.8) ? 1 : 1 + this.#random.below(3);
    const isNamed = operations > 1 || this.#random.chance(0.3);
    const definitions = Array.from({ length: operations }, () => this.#operation(isNamed));
    return {
      kind: Kind.DOCUMENT,
      definitions: [...definitions, ...this.#fragments.map((it) => it.definition)],
    };
  }

  #fresh(prefix) {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }

  #operation(isNamed) {
    const variables = new Map();
    const selectionSet = this.#set(this.#schema.getQueryType(), 1, variables);
    return {
      kind: Kind.OPERATION_DEFINITION,
      operation: 'query',
      name: isNamed ? name(this.#fresh('Operation')) : undefined,
      variableDefinitions: [...variables.values()],
      directives: [],
      selectionSet,
    };
  }

  #set(type, depth, variables) {
    const selections = [];
    for (let left = 1 + this.#random.below(3); left > 0; left -= 1) {
      const kind = this.#random.below(10);
      if (kind === 0) selections.push(this.#inline(type, depth, variables));
      else if (kind === 1) selections.push(this.#spread(type, depth, variables));
      else selections.push(this.#field(type, depth, variables));
      // What is asked for twice is one in the answer.
      if (this.#random.chance(0.05)) selections.push(structuredClone(selections.at(-1)));
    }
    return { kind: Kind.SELECTION_SET, selections };
  }

  #field(type, depth, variables) {
    const fields = Object.values(type.getFields())
      .filter((it) => depth < DEEPEST || isLeafType(getNamedType(it.type)));
    const field = fields.length > 0 && this.#random.chance(0.95) ? this.#random.pick(fields) : null;
    const given = field?.args.filter((it) =>
      (isNonNullType(it.type) && it.defaultValue === undefined) || this.#random.chance(0.4)) ?? [];
    const isNullAlso = (type) => !isNonNullType(type) && this.#random.chance(0.1);
    const args = given.map((it) => ({
      kind: Kind.ARGUMENT,
      name: name(it.name),
      value: isNullAlso(it.type)
        ? { kind: Kind.NULL }
        : this.#value(it.type, it.defaultValue !== undefined, variables),
    }));
    const of = field && getNamedType(field.type);
    return {
      kind: Kind.FIELD,
      // Without arguments, a name is one field wherever it stands.
      alias: args.length > 0 || this.#random.chance(0.1) ? name(this.#fresh('alias')) : undefined,
      name: name(field?.name ?? '__typename'),
      arguments: args,
      directives: this.#directives(variables),
      selectionSet: of && !isLeafType(of) ? this.#set(of, depth + 1, variables) : undefined,
    };
  }

  /** The types that an object of a type can be of. */
  #conditions(type) {
    const others = isAbstractType(type)
      ? this.#schema.getPossibleTypes(type) : type.getInterfaces();
    return [type, ...others];
  }

  #inline(type, depth, variables) {
    const on = this.#random.chance(0.3) ? null : this.#random.pick(this.#conditions(type));
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: on
        ? { kind: Kind.NAMED_TYPE, name: name(on.name) } : undefined,
      directives: this.#directives(variables),
      selectionSet: this.#set(on ?? type, depth + 1, variables),
    };
  }

  #spread(type, depth, variables) {
    const on = this.#random.pick(this.#conditions(type));
    const known = this.#fragments.filter((it) => it.on === on);
    const fragment = known.length > 0 && this.#random.chance(0.5)
      ? this.#random.pick(known) : this.#fragment(on, depth);
    fragment.variables.forEach((definition, name) => variables.set(name, definition));
    return {
      kind: Kind.FRAGMENT_SPREAD,
      name: name(fragment.definition.name.value),
      directives: this.#directives(variables),
    };
  }

  #fragment(on, depth) {
    const variables = new Map();
    const definition = {
      kind: Kind.FRAGMENT_DEFINITION,
      name: name(this.#fresh('Fragment')),
      typeCondition: { kind: Kind.NAMED_TYPE, name: name(on.name) },
      directives: [],
      selectionSet: this.#set(on, depth + 1, variables),
    };
    // Complete before it is spread, so that none spreads itself.
    const fragment = { on, definition, variables };
    this.#fragments.push(fragment);
    return fragment;
  }

  #directives(variables) {
    if (!this.#random.chance(0.05)) return [];
    const directive = this.#schema.getDirective(this.#random.pick(['skip', 'include']));
    const [condition] = directive.args;
    const value = this.#value(condition.type, false, variables);
    return [{
      kind: Kind.DIRECTIVE,
      name: name(directive.name),
      arguments: [{ kind: Kind.ARGUMENT, name: name(condition.name), value }],
    }];
  }

  /** A literal or a variable where a type is wanted. */
  #value(type, hasDefault, variables) {
    if (!this.#random.chance(0.3)) return literal(type, this.#random);
    const variable = { kind: Kind.VARIABLE, name: name(this.#fresh('variable')) };
    const nullable = isNonNullType(type) ? type.ofType : type;
    const mayBeNullable = nullable === type || hasDefault;
    const byDefault = this.#random.chance(0.3) ? literal(nullable, this.#random) : undefined;
    const isNullable = (mayBeNullable || byDefault) && this.#random.chance(0.6);
    variables.set(variable.name.value, {
      kind: Kind.VARIABLE_DEFINITION,
      variable,
      type: parseType(isNullable ? `${nullable}` : `${nullable}!`, { noLocation: true }),
      defaultValue: byDefault,
      directives: [],
    });
    return variable;
  }
}
