// What is marked in a document: the quotes of an answer, and what one searches for.

export interface Wanted {
  quotes: { id: string; text: string }[];
  search: { words: string; ids: string[] } | null; // an id for each place, in order
}

export const quoteId = (index: number) => `q${index}`;
export const hitId = (index: number) => `h${index}`;

/** How a marked piece looks: the one that is looked at stands out. */
export function classOf(ids: readonly string[], active: string | null): string {
  const now = active !== null && ids.includes(active);
  const kind = (now ? [active] : ids).every((id) => id.startsWith('h')) ? 'hit' : 'quoted';
  return now ? `${kind} now` : kind;
}

/** Brings the mark that is looked at into the upper third of its box. */
export function scrollToMark(box: HTMLElement | null): void {
  const mark = box?.querySelector('mark.now') ?? null;
  if (!box || !mark) return;
  const at = mark.getBoundingClientRect();
  const around = box.getBoundingClientRect();
  box.scrollTop = Math.max(0, box.scrollTop + at.top - around.top - box.clientHeight / 3);
  const left = at.left - around.left;
  if (left < 0 || left > box.clientWidth - 40) box.scrollLeft += left - 40;
}
