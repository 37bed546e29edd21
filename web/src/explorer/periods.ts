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

const DAYS: Partial<Record<Frequency, number>> = { DAILY: 1, WEEKLY: 7 };
const MONTHS: Partial<Record<Frequency, number>> = { MONTHLY: 1, QUARTERLY: 3, ANNUAL: 12 };

/** The first days of the next periods; of daily ones, those that are no weekend. */
export function periodsAfter(last: string, count: number, frequency: Frequency, interval: number): string[] {
  const date = new Date(last);
  const starts: string[] = [];
  while (starts.length < count) {
    date.setUTCDate(date.getUTCDate() + interval * (DAYS[frequency] ?? 0));
    date.setUTCMonth(date.getUTCMonth() + interval * (MONTHS[frequency] ?? 0));
    const isWeekend = frequency === 'DAILY' && interval === 1 && date.getUTCDay() % 6 === 0;
    if (!isWeekend) starts.push(date.toISOString().slice(0, 10));
  }
  return starts;
}
