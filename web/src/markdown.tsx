// Answers as a small part of Markdown: paragraphs, headings, lists, tables, code, emphasis.
// Everything becomes text nodes; there are no links, no images and no HTML, whatever a model or a
// document says.

import type { ComponentChildren } from 'preact';

import { useCopying } from './ui';

const OPEN = '\uE000';
const CLOSE = '\uE001';

/** The text with a mark after each position (in characters, as the API counts them). */
export function withMarks(text: string, positions: readonly number[]): string {
  const characters = Array.from(text, (one) => (one === OPEN || one === CLOSE ? '\uFFFD' : one));
  const order = positions.map((position, index) => ({ position, index }));
  order.sort((a, b) => b.position - a.position || b.index - a.index);
  for (const { position, index } of order) {
    characters.splice(Math.min(position, characters.length), 0, `${OPEN}${index}${CLOSE}`);
  }
  return characters.join('');
}

type Mark = (index: number) => ComponentChildren;

export function Markdown({ text, mark }: { text: string; mark: Mark }) {
  return <div class="prose">{blocks(text.split('\n'), mark, 0)}</div>;
}

const ITEM = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const RULE = /^\|?(?::?-{2,}:?\|)+(?::?-{2,}:?)?$/;
const isRule = (line: string): boolean => RULE.test(line.replace(/\s/g, ''));

// Quotes and lists inside each other; what is deeper is text, or the browser's stack would end.
const DEEPEST = 10;

function blocks(lines: string[], mark: Mark, depth: number): ComponentChildren[] {
  if (depth > DEEPEST) return [<p>{lined(lines, mark)}</p>];
  const made: ComponentChildren[] = [];
  let at = 0;
  const take = (goes: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && goes(lines[at]!)) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const fence = /^\s*(```|~~~)/.exec(line);
    if (!line.trim()) {
      at += 1;
    } else if (fence) {
      at += 1;
      const code = take((one) => !one.trim().startsWith(fence[1]!));
      const marks = (lines[at] ?? '').match(/\uE000\d+\uE001/g) ?? [];
      at += 1;
      made.push(<CodeBlock text={plain(code.join('\n'))} />);
      if (marks.length) made.push(<p>{inline(marks.join(''), mark)}</p>);
    } else if (heading) {
      at += 1;
      made.push(<p class="heading"><strong>{inline(heading[2]!, mark)}</strong></p>);
    } else if (ITEM.test(line)) {
      made.push(list(take((one) => ITEM.test(one) || /^\s{2,}\S/.test(one)), mark, depth));
    } else if (line.includes('|') && isRule(lines[at + 1] ?? '')) {
      made.push(table(take((one) => one.includes('|')), mark));
    } else if (/^\s*>/.test(line)) {
      const quoted = take((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*> ?/, ''));
      made.push(<blockquote>{blocks(quoted, mark, depth + 1)}</blockquote>);
    } else {
      const paragraph = take(
        (one) => !!one.trim() && !ITEM.test(one) && !/^(#{1,6}\s|\s*(```|~~~|>))/.test(one),
      );
      made.push(<p>{lined(paragraph, mark)}</p>);
    }
  }
  return made;
}

function lined(lines: string[], mark: Mark): ComponentChildren[] {
  return lines.flatMap((line, index) => {
    const words = inline(line, mark);
    return index ? [<br />, ...words] : words;
  });
}

function list(lines: string[], mark: Mark, depth: number): ComponentChildren {
  const items: { text: string; below: string[] }[] = [];
  const first = ITEM.exec(lines[0]!)!;
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item && item[1]!.length <= first[1]!.length + 1) {
      items.push({ text: item[3]!, below: [] });
    } else {
      items.at(-1)!.below.push(line.replace(/^\s{2,4}/, ''));
    }
  }
  const made = items.map((item) => (
    <li>
      {inline(item.text, mark)}
      {item.below.length ? blocks(item.below, mark, depth + 1) : null}
    </li>
  ));
  return first[2] ? <ol start={Number(first[2])}>{made}</ol> : <ul>{made}</ul>;
}

function table(lines: string[], mark: Mark): ComponentChildren {
  const cells = (line: string) => inRow(line).trim().replace(/^\||\|$/g, '').split('|');
  const [head, , ...rows] = lines;
  return (
    <div class="scroll" tabIndex={0}>
      <table>
        <thead><tr>{cells(head!).map((cell) => <th>{inline(cell.trim(), mark)}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr>{cells(row).map((cell) => <td>{inline(cell.trim(), mark)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is cited behind a row belongs into its last cell. */
function inRow(line: string): string {
  const behind = /\|\s*((?:\uE000\d{1,9}\uE001)+)\s*$/.exec(line);
  return behind ? `${line.slice(0, behind.index)}${behind[1]}|` : line;
}

function CodeBlock({ text }: { text: string }) {
  const [copied, copy] = useCopying();
  return (
    <div class="code-block">
      <pre tabIndex={0}><code>{text}</code></pre>
      {navigator.clipboard ? (
        <button type="button" class="button small" aria-label="Copy code" onClick={() => void copy(text)}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      ) : null}
    </div>
  );
}

// What is strong ends within so many characters, or each of its beginnings would be searched to
// the end of the text.
const INLINE =
  /\uE000(\d+)\uE001|`([^`\n]+)`|\*\*(?=\S)([\s\S]{0,2000}?\S)\*\*|(?<!\w)[*_](?=\S)([^*_\n]*[^*_\s])[*_](?!\w)/;

function inline(text: string, mark: Mark): ComponentChildren[] {
  const made: ComponentChildren[] = [];
  let rest = text;
  for (;;) {
    const found = INLINE.exec(rest);
    if (!found) {
      if (rest) made.push(rest);
      return made;
    }
    if (found.index) made.push(rest.slice(0, found.index));
    if (found[1] !== undefined) made.push(mark(Number(found[1])));
    else if (found[2] !== undefined) made.push(<code>{plain(found[2])}</code>);
    else if (found[3] !== undefined) made.push(<strong>{inline(found[3], mark)}</strong>);
    else made.push(<em>{inline(found[4]!, mark)}</em>);
    rest = rest.slice(found.index + found[0].length);
  }
}

/** Code shows no marks. */
function plain(text: string): string {
  return text.replace(/\uE000\d+\uE001/g, '');
}
