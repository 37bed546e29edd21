/** What lies over a pane: its indicators, their values at the crosshair, and the way to change them. */
import { type Chart, type Index, colourOf } from './chart';
import type { Drawing, Plot } from './drawing';
import { format } from './format';
import { type Indicator, write } from './indicator';
import type { Shown } from './load';

interface Props {
  chart: Chart;
  drawing: Drawing;
  shown: Shown;
  /** The bar whose values are told. */
  index: Index;
  tops: number[];
  onTune: (indicator: Indicator) => void;
  onRemove: (indicator: Indicator) => void;
}

export function Legends(props: Props) {
  const { drawing, shown, tops } = props;
  const below = new Set(drawing.panes.map(({ indicator }) => indicator));
  const overlaid = new Set(drawing.overlays.map(({ indicator }) => indicator));
  const above = shown.view.indicators.filter((indicator) => overlaid.has(indicator) || !below.has(indicator));
  const row = (indicator: Indicator, plots: Plot[]) => <Row key={indicator} {...props} indicator={indicator} plots={plots} />;
  return (
    <>
      <div class="legend" data-pane="0">
        <Prices {...props} />
        <ul>{above.map((indicator) => row(indicator, drawing.overlays.filter((plot) => plot.indicator === indicator)))}</ul>
      </div>
      {drawing.panes.map(({ indicator, plots }, index) => (
        <div class="legend" data-pane={index + 1} key={index} ref={(element) => place(element, tops[index + 1])}>
          <ul>{row(indicator, plots)}</ul>
        </div>
      ))}
    </>
  );
}

/** The policy of the page forbids styles in attributes, not through this. */
function place(element: HTMLElement | null, top: number | undefined): void {
  if (element) element.style.top = `${top ?? 0}px`;
}

function Prices({ chart, drawing, shown, index }: Props) {
  const candle = chart.candle(index);
  const { symbol, name, currency } = shown.instrument;
  return (
    <p class="prices">
      <b>{symbol}</b> {[name, currency].filter(Boolean).join(' · ')} <time>{drawing.times[index]}</time>{' '}
      <Value name="O" value={candle?.open} /> <Value name="H" value={candle?.high} /> <Value name="L" value={candle?.low} />{' '}
      <Value name="C" value={candle?.close} /> <Value name="V" value={chart.volume(index)} />
    </p>
  );
}

function Row({ chart, drawing, shown, index, indicator, plots, onTune, onRemove }: Props & { indicator: Indicator; plots: Plot[] }) {
  const refusal = shown.refusals.get(indicator);
  const marks = drawing.marks.filter((it) => it.indicator === indicator);
  const name = write(indicator);
  return (
    <li data-indicator={name}>
      <button type="button" class="name" title={`${indicator.info.title}: change it`} onClick={() => onTune(indicator)}>{name}</button>
      <button type="button" class="remove" aria-label={`Remove ${name}`} onClick={() => onRemove(indicator)}>×</button>
      {plots.map((plot) => (
        <Value key={plot.output} class={colourOf(plot)} name={plots.length > 1 ? plot.output : ''} value={chart.value(plot, index)} />
      ))}
      {marks.map(({ output, at }) => (
        <span class="marks" key={output}>
          {output} {at.length} {at.length === 1 ? 'mark' : 'marks'}
          {at.some((mark) => mark.index === index) && ', one here'}
        </span>
      ))}
      {refusal && <span class="problem" role="alert">{refusal}</span>}
    </li>
  );
}

/** A value as it is drawn, in full for machines. */
function Value({ name, value, ...rest }: { name: string; value: number | undefined; class?: string }) {
  return (
    <data {...rest} value={value === undefined ? '' : String(value)}>
      {name} {value === undefined ? '–' : format(value)}
    </data>
  );
}
