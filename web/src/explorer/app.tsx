/** The explorer: from the address to a view, from the view to a chart, and back. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Start, start } from './catalogue';
import { csv, download } from './csv';
import { IndicatorMenu, QueryDialog, Tuning } from './dialogs';
import type { Indicator } from './indicator';
import { type Refused, type Shown, load, persist, sleep } from './load';
import { chartQuery } from './query';
import { Stage } from './stage';
import { Toolbar } from './toolbar';
import { type View, fromAddress, toAddress } from './view';

/** Beyond this age of what the server knows, people are told, in seconds. */
const OLD_S = 60;

/** How often to look whether an empty database still is, in seconds. */
const EMPTY_S = 3;

type Open = 'indicators' | 'query' | { tuning: Indicator };

export function App() {
  const [trouble, setTrouble] = useState<string>();
  const begin = useStart(setTrouble);
  const { view, unknown, change } = useView(begin);
  const { shown, refused, isBusy } = useChart(view, setTrouble);
  const [open, setOpen] = useState<Open>();
  const [fits, setFits] = useState(0);
  const close = () => setOpen(undefined);

  if (begin && !begin.symbol) return <Empty />;
  if (!begin || !view) return <Notice text={trouble ?? 'Loading…'} />;

  const indicators = (next: (all: Indicator[]) => Indicator[]) => {
    close();
    change((before) => ({ indicators: next(before.indicators) }));
  };
  const without = (gone: Indicator) => indicators((all) => all.filter((it) => it !== gone));
  return (
    <>
      <Toolbar
        view={view} unknownSymbol={refused?.isUnknownSymbol ? refused.message : undefined} onView={(part) => change(() => part)}
        onAdd={() => setOpen('indicators')} onFit={() => setFits(fits + 1)} onQuery={() => setOpen('query')}
        onCsv={() => shown && download(`${shown.instrument.symbol}.csv`, csv(shown))}
      />
      <main>
        {trouble && <Notice text={trouble} />}
        {refused && !refused.isUnknownSymbol && <Notice text={refused.message} />}
        {unknown.length > 0 && <Notice text={`The link names what this server does not have: ${unknown.join(', ')}`} />}
        {shown && shown.ageS > OLD_S && <Notice text={`The server last heard from its database ${Math.round(shown.ageS)} s ago`} />}
        {shown?.instrument.series.periodStart.length === 0 && <Notice text="There are no candles in this range" />}
        {shown && <Stage shown={shown} isBusy={isBusy} fits={fits} onTune={(tuning) => setOpen({ tuning })} onRemove={without} />}
        {!shown && isBusy && !trouble && <Notice text="Loading…" />}
      </main>
      <Foot />
      {open === 'indicators' && (
        <IndicatorMenu
          catalogue={begin.catalogue} onClose={close}
          onAdd={(info) => indicators((all) => [...all, { info, args: {} }])}
        />
      )}
      {open === 'query' && <QueryDialog query={chartQuery(view)} onClose={close} />}
      {typeof open === 'object' && (
        <Tuning
          indicator={open.tuning} onClose={close} onRemove={() => without(open.tuning)}
          onChange={(args) => indicators((all) => all.map((it) => (it === open.tuning ? { ...it, args } : it)))}
        />
      )}
    </>
  );
}

/** What the server has; asked again while it has nothing. */
function useStart(onTrouble: (trouble?: string) => void): Start | undefined {
  const [begin, setBegin] = useState<Start>();
  useEffect(() => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const found = await persist(start, onTrouble, abort.signal);
      setBegin(found);
      if (found.symbol) return;
      await sleep(EMPTY_S, abort.signal);
      return look();
    };
    look().catch((error: Error) => abort.signal.aborted || onTrouble(error.message));
    return () => abort.abort();
  }, []);
  return begin;
}

/** The view, which is the address: a change is a step that the browser can go back. */
function useView(begin: Start | undefined) {
  const [state, setState] = useState<{ view?: View; unknown: string[] }>({ unknown: [] });
  useEffect(() => {
    if (!begin?.symbol) return undefined;
    const read = () => setState(fromAddress(location.search, begin));
    read();
    addEventListener('popstate', read);
    return () => removeEventListener('popstate', read);
  }, [begin]);
  const address = state.view && toAddress(state.view);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!address) return;
    // A link may say the same in other words.
    if (isFirst.current) history.replaceState(null, '', address);
    else if (address !== location.search) history.pushState(null, '', address);
    isFirst.current = false;
  }, [address]);
  const change = (part: (view: View) => Partial<View>) =>
    setState(({ view, unknown }) => (view ? { view: { ...view, ...part(view) }, unknown: [] } : { unknown }));
  return { ...state, change };
}

function useChart(view: View | undefined, onTrouble: (trouble?: string) => void) {
  const [state, setState] = useState<{ shown?: Shown; refused?: Refused; isBusy: boolean }>({ isBusy: true });
  useEffect(() => {
    if (!view) return undefined;
    document.title = `${view.symbol} · candleql`;
    const abort = new AbortController();
    setState(({ shown }) => ({ shown, isBusy: true }));
    persist(() => load(view, abort.signal), onTrouble, abort.signal).then(
      (outcome) => {
        const refused = 'message' in outcome ? outcome : undefined;
        setState((before) => ({ shown: 'message' in outcome ? before.shown : outcome, refused, isBusy: false }));
      },
      (error: Error) => abort.signal.aborted || setState({ refused: { message: error.message, isUnknownSymbol: false }, isBusy: false }),
    );
    return () => abort.abort();
  }, [view]);
  return state;
}

function Notice({ text }: { text: string }) {
  return <p class="notice" role="status">{text}</p>;
}

function Empty() {
  return (
    <main class="empty">
      <h1>No prices yet</h1>
      <p>The database holds no instrument. Import your own prices, or those that candleql brings along:</p>
      <pre>candleql import prices.csv{'\n'}candleql import --bundled</pre>
      <p role="status">The chart appears here as soon as there is one.</p>
    </main>
  );
}

function Foot() {
  return (
    <footer>
      <a href="/graphql">GraphiQL</a>
      <span>
        TradingView Lightweight Charts™ Copyright (с) 2025 TradingView, Inc.{' '}
        <a href="https://www.tradingview.com/">https://www.tradingview.com/</a>
      </span>
      <a href="/licenses.txt">Licences</a>
    </footer>
  );
}
