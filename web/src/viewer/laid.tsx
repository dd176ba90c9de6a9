// Pieces of a text as elements. What is marked is marked wherever it comes to stand.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { Button } from '../ui';
import type { Segment, Span } from './finding';
import type { Piece, Row, Run } from './layout';
import { classOf } from './marks';

const ROWS = 200; // of a table, that are shown at first, and once more each time
const AROUND = 5; // rows before and behind a marked one

interface Shown {
  text: string;
  spans: readonly Segment[];
  active: string;
}

export function Laid(props: Shown & { pieces: readonly Piece[]; more: boolean }) {
  const { pieces, more, ...shown } = props;
  return (
    <>
      {pieces.map((piece, index) => (
        <One key={index} piece={piece} more={more && index === pieces.length - 1} {...shown} />
      ))}
    </>
  );
}

function One({ piece, more, ...shown }: Shown & { piece: Piece; more: boolean }): ComponentChildren {
  const text = (runs: readonly Run[]) => runs.map((run) => styled(run, shown));
  switch (piece.kind) {
    case 'page':
      return <p class="sheet-number">Page {piece.number}</p>;
    case 'heading':
      return <h3 class={`depth-${Math.min(Math.max(piece.level, 1), 4)}`}>{text(piece.runs)}</h3>;
    case 'quote':
      return <blockquote>{text(piece.runs)}</blockquote>;
    case 'list': {
      const items = piece.items.map((item) => <li>{text(item)}</li>);
      const own = `list depth-${piece.depth}`;
      return piece.first === null
        ? <ul class={own}>{items}</ul>
        : <ol class={own} start={piece.first}>{items}</ol>;
    }
    case 'code':
      return <pre tabIndex={0}>{marked(piece.span, shown)}</pre>;
    case 'table':
      return <Table piece={piece} more={more} {...shown} />;
    case 'record':
      return (
        <dl class="record">
          {piece.fields.map(({ name, value }) => (
            <div>
              {name ? <dt>{marked(name, shown)}</dt> : null}
              <dd>{marked(value, shown)}</dd>
            </div>
          ))}
        </dl>
      );
    default:
      return <p class={`${piece.kind}${piece.flowing ? ' flowing' : ''}`}>{text(piece.runs)}</p>;
  }
}

function Table(props: Shown & { piece: Extract<Piece, { kind: 'table' }>; more: boolean }) {
  const { piece, more, ...shown } = props;
  const [upTo, setUpTo] = useState(ROWS);
  const all = piece.rows.length;
  const near = around(piece.rows, shown.spans, upTo);
  const rows = piece.rows.map((row, index) => ({ row, index }))
    .filter(({ index }) => index < upTo || near.has(index));
  const wide = Math.max(piece.names.length, ...piece.rows.slice(0, ROWS).map((row) => row.cells.length));
  return (
    <div class={`sheet-of-rows${typeof piece.names[0] === 'string' ? ' records' : ''}`}>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table">
        <table>
          {piece.names.length ? (
            <thead>
              <tr>
                {piece.names.map((name) => (
                  <th scope="col">{typeof name === 'string' ? name : marked(name, shown)}</th>
                ))}
              </tr>
            </thead>
          ) : null}
          <tbody>
            {rows.map(({ row, index }, place) => (
              <>
                {place && rows[place - 1]!.index !== index - 1 ? (
                  <tr class="gap">
                    <td colSpan={wide}>
                      {(index - rows[place - 1]!.index - 1).toLocaleString()} rows are not shown
                    </td>
                  </tr>
                ) : null}
                <tr key={index}>
                  {row.cells.map((cell) => (
                    <td class={cell ? looks(shown.text, cell) : ''}>
                      {cell ? marked(cell, shown) : ''}
                    </td>
                  ))}
                </tr>
              </>
            ))}
          </tbody>
        </table>
      </div>
      {all > upTo ? (
        <p class="note line">
          <span>
            The first {upTo.toLocaleString()} rows of {all.toLocaleString()}{more ? ' and more' : ''}
            {near.size ? ', and those that are marked' : ''}.
          </span>
          <Button class="small" onClick={() => setUpTo(upTo + ROWS)}>More rows</Button>
        </p>
      ) : null}
    </div>
  );
}

/** The rows behind the first ones that are marked, with those beside them. */
function around(rows: readonly Row[], spans: readonly Segment[], from: number): Set<number> {
  const near = new Set<number>();
  if (!spans.length) return near;
  for (let index = from; index < rows.length; index += 1) {
    const { start, end } = rows[index]!.spans;
    const next = spans[firstBehind(spans, start)];
    if (!next || next.start >= end) continue;
    for (let one = index - AROUND; one <= index + AROUND; one += 1) {
      if (one >= from && one < rows.length) near.add(one);
    }
  }
  return near;
}

const SHORT = 24; // characters of a cell that stay on one line

function looks(text: string, { start, end }: Span): string {
  if (end - start > SHORT) return '';
  const own = text.slice(start, end);
  return /\d/.test(own) && /^[+−-]?[\d.,\u00a0 ]{1,24}(?:%|[€$£])?$/.test(own) ? 'number' : 'short';
}

function styled(run: Run, shown: Shown): ComponentChildren {
  const inner = marked(run, shown);
  if (run.style === 'strong') return <strong>{inner}</strong>;
  if (run.style === 'em') return <em>{inner}</em>;
  if (run.style === 'code') return <code>{inner}</code>;
  if (run.style === 'link') {
    return <a href={run.href} target="_blank" rel="noreferrer noopener">{inner}</a>;
  }
  return inner;
}

/** The index of the first segment that ends behind a place. */
function firstBehind(spans: readonly Segment[], place: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.end <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A stretch of the text, with what is marked of it. */
function marked({ start, end }: Span, { text, spans, active }: Shown): ComponentChildren[] {
  const made: ComponentChildren[] = [];
  let at = start;
  for (let index = firstBehind(spans, start); index < spans.length; index += 1) {
    const span = spans[index]!;
    if (span.start >= end) break;
    const from = Math.max(span.start, at);
    const to = Math.min(span.end, end);
    if (from > at) made.push(text.slice(at, from));
    made.push(<mark class={classOf(span.ids, active)}>{text.slice(from, to)}</mark>);
    at = to;
  }
  if (at < end) made.push(text.slice(at, end));
  return made;
}
