/** What is looked at, and what can be done with it. */
import type { Frequency } from '../generated/schema';
import { useDraft } from './draft';
import { FREQUENCIES } from './periods';
import { SymbolField } from './symbols';
import type { View } from './view';

interface Props {
  view: View;
  unknownSymbol?: string;
  onView: (change: Partial<View>) => void;
  onAdd: () => void;
  onFit: () => void;
  onCsv: () => void;
  onQuery: () => void;
}

export function Toolbar({ view, unknownSymbol, onView, onAdd, onFit, onCsv, onQuery }: Props) {
  return (
    <header>
      <h1>candleql</h1>
      <SymbolField symbol={view.symbol} problem={unknownSymbol} onChoose={(symbol) => onView({ symbol })} />
      <span class="group">
        <Interval value={view.interval} onChange={(interval) => onView({ interval })} />
        <select
          aria-label="Frequency" value={view.frequency}
          onChange={(event) => onView({ frequency: event.currentTarget.value as Frequency })}
        >
          {Object.entries(FREQUENCIES).map(([frequency, label]) => (
            <option key={frequency} value={frequency} selected={frequency === view.frequency}>{label}</option>
          ))}
        </select>
      </span>
      <span class="group">
        <Day label="From" value={view.from} onChange={(from) => onView({ from })} />
        <Day label="To" value={view.to} onChange={(to) => onView({ to })} />
        {(view.from || view.to) && <button type="button" onClick={() => onView({ from: '', to: '' })}>All</button>}
      </span>
      <label class="check">
        <input type="checkbox" checked={view.logScale} onChange={(event) => onView({ logScale: event.currentTarget.checked })} />
        Log scale
      </label>
      <button type="button" class="primary" onClick={onAdd}>Indicators</button>
      <span class="group end">
        <button type="button" title="Show everything" onClick={onFit}>Fit</button>
        <button type="button" title="Download what is shown" onClick={onCsv}>CSV</button>
        <button type="button" title="The query behind this chart" onClick={onQuery}>GraphQL</button>
      </span>
    </header>
  );
}

function Interval({ value, onChange }: { value: number; onChange: (interval: number) => void }) {
  const [draft, setDraft] = useDraft(String(value));
  return (
    <input
      type="number" min="1" aria-label="Interval" title="How many of them make a candle" value={draft}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onChange={(event) => onChange(Math.max(1, Math.trunc(Number(event.currentTarget.value))))}
    />
  );
}

/** A day is chosen once it is whole: while a year is typed, each digit makes another one. */
function Day({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) {
  const [draft, setDraft] = useDraft(value);
  const choose = (day: string) => day !== value && onChange(day);
  return (
    <label class="day">
      {label}
      <input
        type="date" max="9899-12-31" value={draft} onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={(event) => choose(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && choose(event.currentTarget.value)}
      />
    </label>
  );
}
