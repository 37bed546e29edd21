/** The chart, what lies over it, and the keys that move it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Chart, type Index } from './chart';
import { drawing as drawingOf } from './drawing';
import type { Indicator } from './indicator';
import { Legends } from './legend';
import type { Shown } from './load';
import type { View } from './view';

interface Props {
  shown: Shown;
  isBusy: boolean;
  /** Counts how often everything was asked to be shown. */
  fits: number;
  onTune: (indicator: Indicator) => void;
  onRemove: (indicator: Indicator) => void;
}

export function Stage({ shown, isBusy, fits, onTune, onRemove }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<Chart>();
  const [crosshair, setCrosshair] = useState<Index>();
  const [tops, setTops] = useState<number[]>([]);
  const drawing = useMemo(() => drawingOf(shown.view, shown.instrument.series), [shown]);
  const axis = useRef('');

  useEffect(() => {
    const made = new Chart(element.current!, setCrosshair);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => made.paint();
    scheme.addEventListener('change', repaint);
    setChart(made);
    return () => {
      scheme.removeEventListener('change', repaint);
      made.remove();
    };
  }, []);

  useEffect(() => {
    if (!chart) return undefined;
    const before = axis.current;
    axis.current = axisOf(shown.view);
    const hasRange = shown.view.from !== '' || shown.view.to !== '';
    chart.draw(drawing, shown.view.logScale, before === axis.current ? 'as-it-was' : hasRange ? 'whole' : 'newest');
    // Panes get their places a frame later, and new ones when the visitor moves their borders.
    const measure = () => setTops(chart.paneTops());
    const observer = new ResizeObserver(measure);
    for (const row of element.current!.querySelectorAll('tr')) observer.observe(row);
    return () => observer.disconnect();
  }, [chart, drawing]);

  useEffect(() => {
    if (fits > 0) chart?.fit();
  }, [fits]);

  const last = shown.instrument.series.periodStart.length - 1;
  const index = Math.min(crosshair ?? last, drawing.times.length - 1);
  const moves: Record<string, () => void> = {
    ArrowLeft: () => chart?.moveBy(-1),
    ArrowRight: () => chart?.moveBy(1),
    Home: () => chart?.moveBy(-Infinity),
    End: () => chart?.moveBy(Infinity),
    '+': () => chart?.zoom(0.8),
    '-': () => chart?.zoom(1.25),
  };
  return (
    <section class="stage" aria-busy={isBusy}>
      <div
        class="chart" ref={element} tabIndex={0} role="application"
        aria-label={`Chart of ${shown.instrument.symbol}; the arrow keys move from candle to candle, plus and minus zoom`}
        onKeyDown={(event) => {
          const move = moves[event.key];
          if (!move) return;
          event.preventDefault();
          move();
        }}
      />
      {chart && <Legends {...{ chart, drawing, shown, index, tops, onTune, onRemove }} />}
    </section>
  );
}

/** What the time axis depends on: while it stays, so does the part that is looked at. */
function axisOf({ symbol, frequency, interval, from, to }: View): string {
  return [symbol, frequency, interval, from, to].join();
}
