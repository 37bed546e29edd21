import { useEffect, useState } from 'preact/hooks';

/** What stands in a field: what was chosen, until somebody types, and again once that has changed. */
export function useDraft<T>(chosen: T): [T, (draft: T) => void] {
  const [draft, setDraft] = useState(chosen);
  useEffect(() => setDraft(chosen), [chosen]);
  return [draft, setDraft];
}
