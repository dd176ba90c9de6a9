import { describe, expect, test, vi } from 'vitest';

import type { Client } from '../src/api';
import { askIn, begun, said, turnsOf, type WholeConversation } from '../src/conversations';

const question = (content: string, options: object | null = null) => ({
  role: 'user' as const, id: `q-${content}`, content, options,
});
const answer = (content: string, more: object = {}) => ({
  role: 'assistant' as const, id: `a-${content}`, content, status: 'completed' as const,
  citations: [], model: 'm', finish_reason: 'stop', usage: null, context_snippet_count: 3,
  error_message: null, rating: null, comment: null, ...more,
});
const talk = (...messages: WholeConversation['messages']): WholeConversation => ({
  id: 'c', assistant: 'docs', title: '', questions: 1, updated_at: '', messages,
});

describe('a conversation', () => {
  test('is turns that know what was asked before them', () => {
    const turns = turnsOf(talk(
      question('One?', { model: 'x' }), answer('1', { rating: 'up' }),
      question('Two?'), answer('', { status: 'stopped' }),
      question('Three?'), answer('3', { status: 'failed', error_message: 'gone' }),
    ));
    expect(turns.map((turn) => [turn.id, turn.state])).toEqual([
      [1, 'done'], [2, 'stopped'], [3, 'failed'],
    ]);
    expect(turns[0]).toMatchObject({ answer: 'a-1', rating: 'up', asked: { model: 'x' } });
    expect(turns[1]!.asked.messages.map((one) => one.content)).toEqual(['One?', '1', 'Two?']);
    expect(turns[2]!.error).toBe('gone');
    expect(said(turns)).toHaveLength(2);
  });

  test('without messages has no turns', () => {
    expect(turnsOf(talk())).toEqual([]);
  });
});

describe('a question', () => {
  const asked = async (last: string, replaces: string | null) => {
    const sent: unknown[] = [];
    const client = {
      json: vi.fn(async () => talk(question(last), answer('1'))),
      events: (path: string, body: unknown) => {
        sent.push(path, body);
        return [];
      },
    } as unknown as Client;
    const { asked: body } = begun(1, 'New?', {
      messages: [{ role: 'user', content: 'New?' }], include_highlights: true, model: 'm', stream: true,
    });
    await askIn(client, 'a/b', { body, replaces }, new AbortController().signal);
    return sent;
  };

  test('is sent alone, with its options', async () => {
    expect(await asked('Old?', null)).toEqual([
      '/lodgepole/conversations/a%2Fb/messages', { content: 'New?', model: 'm', stream: true },
    ]);
  });

  test('takes the place of the last one only where that is the one that is meant', async () => {
    expect((await asked('Old?', 'Old?'))[1]).toMatchObject({ replace_last: true });
    expect((await asked('Other?', 'Old?'))[1]).not.toHaveProperty('replace_last');
  });
});
