/** Draws with lightweight-charts; knows nothing of the server. */
import {
  type IChartApi, type ISeriesApi, type ISeriesMarkersPluginApi, type SeriesMarker, type SeriesType, type Time,
  CandlestickSeries, CrosshairMode, HistogramSeries, LineSeries, LineStyle, MismatchDirection, PriceScaleMode,
  createChart, createSeriesMarkers,
} from 'lightweight-charts';
import type { Drawing, Plot } from './drawing';
import { format } from './format';

/** A row of the drawing: an index for each bar of the time axis. */
export type Index = number;

export interface Candle {
  open: number;
  high: number;
  low: number;
  close: number;
}

/** How many colours there are for lines, `--plot-0` and on. */
const COLOURS = 8;

/** Where a chart begins to be too dense to show at once, in pixels for each candle. */
const BAR_SPACING = 7;

const LINE_STYLES = { LINE: LineStyle.Solid, DOTTED_LINE: LineStyle.Dotted, DASHED_LINE: LineStyle.Dashed };

const PRICE_FORMAT = { type: 'custom', formatter: format, minMove: 1e-8 } as const;

export class Chart {
  readonly #chart: IChartApi;
  readonly #element: HTMLElement;
  readonly #onMove: (index: Index | undefined) => void;
  #drawing?: Drawing;
  #candles?: ISeriesApi<'Candlestick'>;
  #volume?: ISeriesApi<'Histogram'>;
  #marks?: ISeriesMarkersPluginApi<Time>;
  #plots = new Map<Plot, ISeriesApi<SeriesType>>();

  /** `onMove` hears which bar the crosshair is on. */
  constructor(element: HTMLElement, onMove: (index: Index | undefined) => void) {
    this.#element = element;
    this.#onMove = onMove;
    this.#chart = createChart(element, {
      autoSize: true,
      // The page has the link and the notice in its foot.
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      localization: { locale: 'en', dateFormat: 'yyyy-MM-dd' },
    });
    this.#chart.subscribeCrosshairMove(({ logical }) => onMove(logical));
  }

  /** Draws anew. Where the axis is another one, it is shown from its end on, or whole. */
  draw(drawing: Drawing, logScale: boolean, show: 'as-it-was' | 'newest' | 'whole'): void {
    const before = this.#chart.timeScale().getVisibleLogicalRange();
    for (const series of [this.#candles, this.#volume, ...this.#plots.values()]) if (series) this.#chart.removeSeries(series);
    this.#drawing = drawing;
    this.#plots.clear();
    this.#candles = this.#addCandles(drawing);
    this.#volume = this.#addVolume(drawing);
    for (const plot of drawing.overlays) this.#addPlot(plot, 0);
    drawing.panes.forEach(({ plots }, index) => plots.forEach((plot) => this.#addPlot(plot, index + 1)));
    this.#chart.panes().forEach((pane, index) => pane.setStretchFactor(index === 0 ? 4 : 1));
    this.#chart.priceScale('right').applyOptions({ mode: logScale ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
    this.#marks = createSeriesMarkers(this.#candles);
    this.paint();
    if (show === 'as-it-was' && before) this.#chart.timeScale().setVisibleLogicalRange(before);
    else if (show === 'newest') this.#showNewest(drawing.times.length);
    else this.#chart.timeScale().fitContent();
  }

  /** Takes the colours of the page, which are the system's. */
  paint(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const [up, down, grid] = [colour('up'), colour('down'), colour('grid')];
    this.#chart.applyOptions({
      layout: {
        background: { color: colour('background') },
        textColor: colour('muted'),
        fontFamily: style.fontFamily,
        panes: { separatorColor: colour('border'), separatorHoverColor: colour('surface') },
      },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      rightPriceScale: { borderColor: colour('border') },
      timeScale: { borderColor: colour('border') },
    });
    this.#candles?.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false });
    this.#volume?.applyOptions({ color: colour('volume') });
    for (const [plot, series] of this.#plots) series.applyOptions({ color: colour(colourOf(plot)) });
    this.#marks?.setMarkers(this.#markers(up, down));
  }

  /** The candle that is drawn at a bar. */
  candle(index: Index): Candle | undefined {
    return this.#candles?.dataByIndex(index, MismatchDirection.None) as Candle | undefined;
  }

  volume(index: Index): number | undefined {
    return (this.#volume?.dataByIndex(index, MismatchDirection.None) as { value?: number } | null)?.value;
  }

  /** The value that is drawn of a plot at a bar. */
  value(plot: Plot, index: Index): number | undefined {
    return (this.#plots.get(plot)?.dataByIndex(index, MismatchDirection.None) as { value?: number } | null)?.value;
  }

  /** How far below the chart's top each pane begins, in pixels. */
  paneTops(): number[] {
    const top = this.#element.getBoundingClientRect().top;
    return this.#chart.panes().map((pane) => (pane.getHTMLElement()?.getBoundingClientRect().top ?? top) - top);
  }

  /** Puts the crosshair on a bar, and scrolls there. */
  moveTo(index: Index): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    const beyond = range ? Math.max(0, index - range.to + 1) - Math.max(0, range.from - index + 1) : 0;
    if (range && beyond !== 0) {
      this.#chart.timeScale().setVisibleLogicalRange({ from: range.from + beyond, to: range.to + beyond });
    }
    // The library scrolls in the next frame, with the crosshair where it was.
    requestAnimationFrame(() => {
      const time = this.#drawing?.times[index];
      const close = this.candle(index)?.close;
      if (time === undefined || close === undefined || !this.#candles) return;
      this.#chart.setCrosshairPosition(close, time, this.#candles);
      // It does not say what it was told.
      this.#onMove(index);
    });
  }

  /** Shows fewer bars if the factor is below 1, more if above, up to the same last one. */
  zoom(factor: number): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    if (range) this.#chart.timeScale().setVisibleLogicalRange({ from: range.to - (range.to - range.from) * factor, to: range.to });
  }

  fit(): void {
    this.#chart.timeScale().fitContent();
  }

  remove(): void {
    this.#chart.remove();
  }

  #showNewest(length: number): void {
    const bars = this.#element.clientWidth / BAR_SPACING;
    if (bars >= length) this.#chart.timeScale().fitContent();
    else this.#chart.timeScale().setVisibleLogicalRange({ from: length - bars, to: length + 1 });
  }

  #addCandles({ times, series: { open, high, low, close } }: Drawing): ISeriesApi<'Candlestick'> {
    const series = this.#chart.addSeries(CandlestickSeries, { priceFormat: PRICE_FORMAT });
    series.setData(
      times.map((time, index) =>
        typeof close[index] === 'number'
          ? { time, open: open[index]!, high: high[index]!, low: low[index]!, close: close[index] }
          : { time },
      ),
    );
    return series;
  }

  /** On the prices' pane, in its lowest fifth, on a scale of its own. */
  #addVolume({ times, series: { volume } }: Drawing): ISeriesApi<'Histogram'> {
    const options = { priceScaleId: 'volume', priceFormat: PRICE_FORMAT, lastValueVisible: false, priceLineVisible: false };
    const series = this.#chart.addSeries(HistogramSeries, options);
    series.priceScale().applyOptions({ scaleMargins: { top: 0.8, bottom: 0 } });
    series.setData(times.slice(0, volume.length).map((time, index) => ({ time, value: volume[index]! })));
    return series;
  }

  #addPlot(plot: Plot, pane: number): void {
    const common = { priceFormat: PRICE_FORMAT, priceLineVisible: false, lastValueVisible: pane > 0 };
    const series =
      plot.style === 'HISTOGRAM'
        ? this.#chart.addSeries(HistogramSeries, common, pane)
        : this.#chart.addSeries(LineSeries, { ...common, lineWidth: 2, ...lineOptions(plot.style) }, pane);
    const { times } = this.#drawing!;
    series.setData(times.map((time, index) => (plot.values[index] === null ? { time } : { time, value: plot.values[index]! })));
    this.#plots.set(plot, series);
  }

  #markers(up: string, down: string): SeriesMarker<Time>[] {
    const { marks, times } = this.#drawing!;
    const all = marks.flatMap(({ at }) => at).filter(({ index }) => index < times.length);
    all.sort((a, b) => a.index - b.index);
    return all.map(({ index, isAbove }) =>
      isAbove
        ? { time: times[index]!, color: down, position: 'aboveBar', shape: 'arrowDown' }
        : { time: times[index]!, color: up, position: 'belowBar', shape: 'arrowUp' },
    );
  }
}

/** The name of a plot's colour. */
export function colourOf(plot: Plot): string {
  return `plot-${plot.colour % COLOURS}`;
}

function lineOptions(style: Exclude<Plot['style'], 'HISTOGRAM'>) {
  return style === 'DOTS' ? { lineVisible: false, pointMarkersVisible: true } : { lineStyle: LINE_STYLES[style] };
}
