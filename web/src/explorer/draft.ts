import { useEffect, useState } from 'preact/hooks';

/** The text of a field: the chosen value until the visitor types, and again once the value has changed. */
export function useDraft<T>(chosen: T): [T, (draft: T) => void] {
  const [draft, setDraft] = useState(chosen);
  useEffect(() => setDraft(chosen), [chosen]);
  return [draft, setDraft];
}
