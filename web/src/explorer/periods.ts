/** The calendar as far as a chart needs it: where the periods after the last one begin. */
import type { Frequency } from '../generated/schema';

/** What each frequency counts, for people. */
export const FREQUENCIES: Record<Frequency, string> = {
  DAILY: 'Days',
  WEEKLY: 'Weeks',
  MONTHLY: 'Months',
  QUARTERLY: 'Quarters',
  ANNUAL: 'Years',
};

/** How wide the periods of each frequency are. */
const WIDTHS: Record<Frequency, [days: number, months: number]> = {
  DAILY: [1, 0],
  WEEKLY: [7, 0],
  MONTHLY: [0, 1],
  QUARTERLY: [0, 3],
  ANNUAL: [0, 12],
};

/** The first days of the next periods; of daily ones, those that are no weekend. */
export function periodsAfter(last: string, count: number, frequency: Frequency, interval: number): string[] {
  const [days, months] = WIDTHS[frequency];
  const date = new Date(last);
  const starts: string[] = [];
  while (starts.length < count) {
    date.setUTCDate(date.getUTCDate() + interval * days);
    date.setUTCMonth(date.getUTCMonth() + interval * months);
    const isWeekend = frequency === 'DAILY' && interval === 1 && date.getUTCDay() % 6 === 0;
    if (!isWeekend) starts.push(date.toISOString().slice(0, 10));
  }
  return starts;
}
