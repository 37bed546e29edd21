/** The dialogs: choosing an indicator, tuning one, and the query behind the chart. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { Catalogue, Info } from './catalogue';
import { type Indicator, type Parameter, isValid, parameters } from './indicator';

function Modal(props: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={props.onClose}>
      <h2 id={title}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

export function IndicatorMenu(props: { catalogue: Catalogue; onAdd: (info: Info) => void; onClose: () => void }) {
  const [search, setSearch] = useState('');
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/);
    const matches = (info: Info) => words.every((word) => `${info.field} ${info.title}`.toLowerCase().includes(word));
    // A visitor that types a name means that one.
    const rank = ({ field }: Info) => Number(field.toLowerCase() !== search.toLowerCase());
    return [...props.catalogue.values()].filter(matches).sort((a, b) => rank(a) - rank(b));
  }, [search, props.catalogue]);
  const groups = Map.groupBy(found, ({ group }) => group);
  return (
    <Modal title="Add an indicator" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (found[0]) props.onAdd(found[0]);
        }}
      >
        <input
          class="wide" type="search" aria-label="Search indicators" placeholder="Name, such as rsi or moving average"
          value={search} onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </form>
      <div class="menu" tabIndex={0} role="group" aria-label="Indicators">
        {[...groups].map(([group, infos]) => (
          <section key={group}>
            <h3>{group.toLowerCase().replaceAll('_', ' ')}</h3>
            {infos.map((info) => (
              <button type="button" key={info.field} title={info.description} onClick={() => props.onAdd(info)}>
                <b>{info.field}</b> {info.title}
              </button>
            ))}
          </section>
        ))}
        {found.length === 0 && <p>No indicator is called like that.</p>}
      </div>
      <footer>
        <button type="button" onClick={props.onClose}>Close</button>
      </footer>
    </Modal>
  );
}

export function Tuning(props: {
  indicator: Indicator;
  onChange: (args: Record<string, string>) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { info, args } = props.indicator;
  const all = parameters(info);
  return (
    <Modal title={info.title} onClose={props.onClose}>
      <p>{info.description}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onChange(chosen(all, new FormData(event.currentTarget)));
        }}
      >
        {all.map((parameter) => (
          <label key={parameter.name}>
            {parameter.title}
            <Field parameter={parameter} value={args[parameter.name] ?? parameter.default} />
            <small>{parameter.description}</small>
          </label>
        ))}
        <footer>
          <button type="button" onClick={props.onRemove}>Remove</button>
          <button type="button" onClick={props.onClose}>Cancel</button>
          <button class="primary">{all.length > 0 ? 'Apply' : 'Done'}</button>
        </footer>
      </form>
    </Modal>
  );
}

/** The server knows the ranges and says so; here they are not repeated. */
function Field({ parameter, value }: { parameter: Parameter; value: string }) {
  if (!parameter.options) {
    return <input name={parameter.name} type="number" step={parameter.isInteger ? 1 : 'any'} defaultValue={value} />;
  }
  return (
    <select name={parameter.name} defaultValue={value}>
      {parameter.options.map((option) => (
        <option key={option} selected={option === value}>{option}</option>
      ))}
    </select>
  );
}

/** What differs from the defaults. */
function chosen(all: Parameter[], form: FormData): Record<string, string> {
  const values = all.map((parameter) => [parameter, String(form.get(parameter.name))] as const);
  const isDefault = (parameter: Parameter, value: string) =>
    parameter.options ? value === parameter.default : Number(value) === Number(parameter.default);
  const differing = values.filter(([parameter, value]) => isValid(parameter, value) && !isDefault(parameter, value));
  return Object.fromEntries(differing.map(([{ name }, value]) => [name, value]));
}

export function QueryDialog({ query, onClose }: { query: string; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  return (
    <Modal title="The query behind this chart" onClose={onClose}>
      <pre tabIndex={0} aria-label="GraphQL query">{query}</pre>
      <footer>
        <button type="button" onClick={() => void navigator.clipboard.writeText(query).then(() => setCopied(true))}>
          {copied ? 'Copied' : 'Copy'}
        </button>
        <a class="button primary" href={`/graphql#query=${encodeURIComponent(query)}`}>Open in GraphiQL</a>
        <button type="button" onClick={onClose}>Close</button>
      </footer>
    </Modal>
  );
}
