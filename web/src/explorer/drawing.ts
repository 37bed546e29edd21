/** From the server's answer to what a chart draws: pure, and indifferent to the chart library. */
import type { DrawingStyle } from '../generated/schema';
import type { Indicator } from './indicator';
import { periodsAfter } from './periods';
import { type ChartSeries, type DrawnLine, matches, outputs } from './query';
import type { View } from './view';

/** A line, bars or dots. */
export interface Plot {
  indicator: Indicator;
  /** The output's name; of a lone one there is none. */
  output: string;
  style: Exclude<DrawingStyle, 'MARKER'>;
  /** Which of the colours; the edges of a band share one. */
  colour: number;
  /** One per time. */
  values: (number | null)[];
}

/** Marks at candles. */
export interface Marks {
  indicator: Indicator;
  output: string;
  at: { index: number; isAbove: boolean }[];
}

/** A pane below the prices, with the plots of one indicator. */
export interface Pane {
  indicator: Indicator;
  plots: Plot[];
}

export interface Drawing {
  /** The candles' first days, then those of the periods that lines reach ahead to. */
  times: string[];
  series: ChartSeries;
  overlays: Plot[];
  panes: Pane[];
  marks: Marks[];
}

export function drawing(view: View, series: ChartSeries): Drawing {
  const answered = outputs(view, series);
  const ahead = Math.max(0, ...answered.map(({ line }) => line.displayShift));
  const starts = series.periodStart;
  const last = starts.at(-1);
  const times = last ? [...starts, ...periodsAfter(last, ahead, view.frequency, view.interval)] : [];
  const drawn: Drawing = { times, series, overlays: [], panes: [], marks: patternMarks(view, series) };
  const colours = new Colours();
  for (const { indicator, output, style, limit, line } of answered) {
    const values = shifted(line, times.length);
    if (style === 'MARKER') {
      const isAbove = /high$/i.test(output);
      const at = values.flatMap((value, index) => (value ? [{ index, isAbove }] : []));
      drawn.marks.push({ indicator, output, at });
      continue;
    }
    const plot: Plot = { indicator, output, style, values, colour: colours.next(indicator, limit !== null) };
    if (indicator.info.placement === 'PRICES' && isNear(values, series)) {
      drawn.overlays.push(plot);
      continue;
    }
    const own = drawn.panes.find((pane) => pane.indicator === indicator);
    if (own) own.plots.push(plot);
    else drawn.panes.push({ indicator, plots: [plot] });
  }
  return drawn;
}

function patternMarks(view: View, series: ChartSeries): Marks[] {
  const indexOf = new Map(series.periodStart.map((start, index) => [start, index]));
  return matches(view, series).map(({ indicator, found }) => {
    const at = found.map(({ periodStart, signal }) => ({ index: indexOf.get(periodStart)!, isAbove: signal < 0 }));
    return { indicator, output: '', at };
  });
}

/** The values where they are drawn; what would be drawn before the first candle is not. */
function shifted({ values, displayShift }: DrawnLine, length: number): (number | null)[] {
  return Array.from({ length }, (_, index) => values[index - displayShift] ?? null);
}

/**
 * Whether a line's values are of the prices' size. What is said to lie over the prices but does not,
 * such as the direction of a trend, would flatten the candles.
 */
function isNear(values: (number | null)[], { low, high }: ChartSeries): boolean {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)];
  if (median === undefined) return true;
  const lowest = low.reduce<number>((least, price) => Math.min(least, price ?? least), Infinity);
  const highest = high.reduce<number>((most, price) => Math.max(most, price ?? most), -Infinity);
  return median > lowest / 2 && median < highest * 2;
}

class Colours {
  #count = 0;
  readonly #edges = new Map<Indicator, number>();

  next(indicator: Indicator, isEdge: boolean): number {
    if (!isEdge) return this.#count++;
    const colour = this.#edges.get(indicator) ?? this.#count++;
    this.#edges.set(indicator, colour);
    return colour;
  }
}
