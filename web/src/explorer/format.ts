/** Numbers for people. */

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 4, useGrouping: false });
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false });

/** `162.8465`, `24.95B`, `0.00001234`. */
export function format(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return compact.format(value);
  return (size >= 1 || size === 0 ? plain : small).format(value);
}
