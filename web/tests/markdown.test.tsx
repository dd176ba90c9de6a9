import type { ComponentChildren, VNode } from 'preact';
import { describe, expect, test } from 'vitest';

import { Markdown, withMarks } from '../src/markdown';

/** What is drawn, as HTML without attributes; marks are ¹, ², … */
function drawn(text: string): string {
  const mark = (index: number) => `[${index}]`;
  return html(Markdown({ text, mark })).replace(/^<div>|<\/div>$/g, '');
}

function html(part: ComponentChildren): string {
  if (Array.isArray(part)) return part.map(html).join('');
  if (part === null || part === undefined || typeof part === 'boolean') return '';
  if (typeof part !== 'object') return String(part);
  const { type, props } = part as VNode<{ children?: ComponentChildren; text?: string }>;
  if (typeof type === 'function') return `<pre><code>${props.text}</code></pre>`;
  return type === 'br' ? '<br>' : `<${type}>${html(props.children)}</${type}>`;
}

describe('marks', () => {
  test('stand at positions that are counted in characters, not in units', () => {
    expect(drawn(withMarks('😀 sure.', [2]))).toBe('<p>😀 [0]sure.</p>');
  });

  test('of one position stay in order, and none stands behind the end', () => {
    expect(drawn(withMarks('So it is.', [9, 9, 99]))).toBe('<p>So it is.[0][1][2]</p>');
  });

  test('cannot be written by a model', () => {
    expect(drawn(withMarks('a \uE0007\uE001 b', []))).toBe('<p>a \uFFFD7\uFFFD b</p>');
  });

  test('in code are shown behind it', () => {
    expect(drawn(withMarks('```\nx = 1\n```', [6]))).toBe('<pre><code>x = 1</code></pre>');
    expect(drawn('```\nx\n```\uE0000\uE001')).toBe('<pre><code>x</code></pre><p>[0]</p>');
  });
});

describe('Markdown', () => {
  test.each([
    ['# A *b*', '<p><strong>A <em>b</em></strong></p>'],
    ['one\ntwo', '<p>one<br>two</p>'],
    ['- a\n- b\n  - c', '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>'],
    ['3. c\n4. d', '<ol><li>c</li><li>d</li></ol>'],
    ['> q\n> r', '<blockquote><p>q<br>r</p></blockquote>'],
    ['use `a*b*c` and **b**', '<p>use <code>a*b*c</code> and <strong>b</strong></p>'],
    ['snake_case_name 2*3*4', '<p>snake_case_name 2*3*4</p>'],
    ['```\nnever closed', '<pre><code>never closed</code></pre>'],
  ])('%j', (text, expected) => {
    expect(drawn(text)).toBe(expected);
  });

  test('a table has the cells of its rows', () => {
    expect(drawn('| Ship | Fee |\n|---|--:|\n| Ada | 5 |')).toBe(
      '<div><table><thead><tr><th>Ship</th><th>Fee</th></tr></thead>' +
        '<tbody><tr><td>Ada</td><td>5</td></tr></tbody></table></div>',
    );
  });

  test('HTML, links and images are words', () => {
    const text = '<script>x()</script> [a](javascript:x) ![i](http://x/y.png)';
    expect(drawn(text)).toBe(`<p>${text}</p>`);
  });

  test('what is cited behind a row stands in its last cell', () => {
    const row = '| a | b |\n|---|---|\n| 1 | 2 |';
    expect(drawn(withMarks(row, [row.length]))).toContain('<td>1</td><td>2 [0]</td></tr>');
  });

  test('what is deeper than anybody reads is text, and no stack ends', () => {
    const deep = drawn('>'.repeat(50_000) + ' q');
    expect(deep.match(/<blockquote>/g)).toHaveLength(11);
    expect(deep).toContain('> q');
    const list = Array.from({ length: 2_000 }, (_, n) => `${'  '.repeat(n)}- a`).join('\n');
    expect(drawn(list)).toContain('<ul><li>a');
  });

  test.each(['**a ', 'a` ', '_a ', '|', '| -', '> - ', '* '])('%j without an end is read', (unit) => {
    const text = unit.repeat(100_000 / unit.length);
    expect(drawn(`a | b\n${text}`).length).toBeGreaterThan(50_000);
  });
});
