// Citations of an answer: the chips in its text, the list of sources below it, both as one numbers
// them, and the same as text to be taken along.

import type { Citation, Reference } from './api';
import { withMarks } from './markdown';
import { inRuns } from './ui';

const QUOTE_CHARS = 300; // of the cited words, that a chip shows

interface Source {
  key: string;
  reference: Reference;
}

/** The places that an answer cites, each once, in the order in which they come. */
export function sourcesOf(citations: readonly Citation[]): Source[] {
  const found = new Map<string, Reference>();
  for (const reference of citations.flatMap((citation) => citation.references)) {
    const key = keyOf(reference);
    if (!found.has(key)) found.set(key, reference);
  }
  return [...found].map(([key, reference]) => ({ key, reference }));
}

/** All that an answer quotes of one file, each once, and which of them a reference is. */
export function quotesOf(
  citations: readonly Citation[],
  chosen: Reference,
): { quotes: { text: string; pages: number[] }[]; at: number } {
  const quotes = new Map<string, { text: string; pages: number[] }>();
  for (const { file, pages, highlight } of citations.flatMap((one) => one.references)) {
    if (file.id !== chosen.file.id || !highlight?.content) continue;
    quotes.set(JSON.stringify([highlight.content, pages]), { text: highlight.content, pages });
  }
  const wanted = JSON.stringify([chosen.highlight?.content, chosen.pages]);
  const at = [...quotes.keys()].indexOf(wanted);
  if (at >= 0) return { quotes: [...quotes.values()], at };
  return { quotes: [{ text: '', pages: chosen.pages }, ...quotes.values()], at: 0 };
}

/** File and pages, as people say them. */
export function titleOf(reference: Reference): string {
  const { pages } = reference;
  if (!pages.length) return reference.file.name;
  return `${reference.file.name}, ${pages.length > 1 ? 'pages' : 'page'} ${inRuns(pages)}`;
}

/** The answer with `[1]` behind what each source bears out, and the sources below it. */
export function withSources(text: string, citations: readonly Citation[]): string {
  const sources = sourcesOf(citations);
  if (!sources.length) return text;
  const marked = withMarks(text, citations.map((citation) => citation.position)).replace(
    /\uE000(\d+)\uE001/g,
    (_, index: string) =>
      [...new Set((citations[Number(index)]?.references ?? []).map((one) => numberOf(sources, one)))]
        .map((number) => ` [${number}]`)
        .join(''),
  );
  const list = sources.map((one, at) => {
    const quote = one.reference.highlight?.content;
    return `[${at + 1}] ${titleOf(one.reference)}${quote ? `: “${quote}”` : ''}`;
  });
  return `${marked}\n\n${list.join('\n')}\n`;
}

/** The numbers of what one citation names, each opening the source. */
export function Chips(props: {
  citation: Citation | undefined;
  sources: readonly Source[];
  open: (reference: Reference) => void;
}) {
  return (
    <span class="chips">
      {(props.citation?.references ?? []).map((reference) => {
        const number = numberOf(props.sources, reference);
        const quote = reference.highlight?.content.slice(0, QUOTE_CHARS);
        return (
          <button
            type="button"
            class="chip"
            title={quote ? `${titleOf(reference)}\n“${quote}”` : titleOf(reference)}
            aria-label={`Source ${number}: ${titleOf(reference)}`}
            onClick={() => props.open(reference)}
          >
            {number}
          </button>
        );
      })}
    </span>
  );
}

/** The list below an answer. */
export function Sources(props: {
  sources: readonly Source[];
  open: (reference: Reference) => void;
}) {
  if (!props.sources.length) return null;
  return (
    <ol class="sources" aria-label="Sources">
      {props.sources.map((one) => (
        <li>
          <button type="button" class="source" onClick={() => props.open(one.reference)}>
            {titleOf(one.reference)}
          </button>
        </li>
      ))}
    </ol>
  );
}

function numberOf(sources: readonly Source[], reference: Reference): number {
  return sources.findIndex((one) => one.key === keyOf(reference)) + 1;
}

function keyOf(reference: Reference): string {
  return JSON.stringify([reference.file.id, reference.pages]);
}
