// Numbers that look random and are the same for the same seed (mulberry32).
export const seeded = (seed) => {
  let state = seed;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (probability) => fraction() < probability,
    below: (limit) => Math.floor(fraction() * limit),
    pick: (list) => list[Math.floor(fraction() * list.length)],
  };
};
