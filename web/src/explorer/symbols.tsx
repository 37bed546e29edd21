/** The field for the symbol, which suggests those there are. */
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../client';
import { graphql } from '../generated';
import type { SuggestionsQuery } from '../generated/graphql';
import { useDraft } from './draft';

const Suggestions = graphql(`
  query Suggestions($search: String!) {
    instruments(search: $search, first: 8) { nodes { symbol name } }
  }
`);

/** How long the visitor must pause before the page asks the server, in milliseconds. */
const TYPING_MS = 120;

type Suggestion = NonNullable<SuggestionsQuery['instruments']>['nodes'][number];

export function SymbolField(props: { symbol: string; problem?: string; onChoose: (symbol: string) => void }) {
  const [text, setText] = useDraft(props.symbol);
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const found = useSuggestions(isOpen ? text : undefined);

  const choose = (symbol: string) => {
    setOpen(false);
    setMarked(-1);
    setText(symbol);
    if (symbol) props.onChoose(symbol);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) {
      event.preventDefault();
      setOpen(true);
      setMarked((marked + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      choose(found[marked]?.symbol ?? exact(found, text) ?? text.trim());
    } else if (event.key === 'Escape') {
      setOpen(false);
    }
  };
  return (
    <div class="symbol">
      <input
        role="combobox" aria-label="Symbol" aria-expanded={isOpen && found.length > 0} aria-controls="symbols"
        aria-activedescendant={found[marked] && `symbol-${marked}`} aria-invalid={props.problem !== undefined}
        aria-describedby={props.problem && 'symbol-problem'} autocomplete="off" spellcheck={false}
        value={text} onKeyDown={onKeyDown} onFocus={(event) => event.currentTarget.select()} onBlur={() => setOpen(false)}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setMarked(-1);
          setOpen(true);
        }}
      />
      <ul id="symbols" role="listbox" aria-label="Symbols" hidden={!isOpen || found.length === 0}>
        {found.map(({ symbol, name }, index) => (
          <li
            key={symbol} id={`symbol-${index}`} role="option" aria-selected={index === marked}
            // Before the field loses the focus.
            onMouseDown={() => choose(symbol)}
          >
            <b>{symbol}</b> {name}
          </li>
        ))}
      </ul>
      {props.problem && <p id="symbol-problem" class="problem" role="alert">{props.problem}</p>}
    </div>
  );
}

/** A symbol that was typed in other letters. */
function exact(found: Suggestion[], text: string): string | undefined {
  return found.find(({ symbol }) => symbol.toLowerCase() === text.trim().toLowerCase())?.symbol;
}

function useSuggestions(search: string | undefined): Suggestion[] {
  const [found, setFound] = useState<Suggestion[]>([]);
  useEffect(() => {
    setFound([]);
    if (!search) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const request = { query: Suggestions.toString(), variables: { search } };
      // A field without suggestions is still a field.
      ask<SuggestionsQuery>(request, abort.signal).then(({ data }) => setFound(data?.instruments?.nodes ?? []), () => {});
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [search]);
  return found;
}
