import { describe, expect, test } from 'vitest';

import { link, read, readingLink, talkLink } from '../src/route';

describe('the address', () => {
  test.each(['', '#', '#/', '#/assistants', '#/assistants/', '#/elsewhere/x'])('%j is the list', (hash) => {
    expect(read(hash)).toEqual({ page: 'assistants' });
  });

  test('names an assistant and a tab, the playground where it names none that there is', () => {
    expect(read('#/assistants/docs/files')).toEqual({ page: 'assistant', name: 'docs', tab: 'files' });
    expect(read('#/assistants/docs').page).toBe('assistant');
    expect(read('#/assistants/docs/nothing')).toMatchObject({ tab: 'playground' });
    expect(read('#/administration')).toEqual({ page: 'administration' });
  });

  test('brings back every name that a link was made for', () => {
    for (const name of ['a b', 'ä/ö', '100%', '#x?y']) {
      expect(read(link(name, 'api'))).toEqual({ page: 'assistant', name, tab: 'api' });
    }
  });

  test('names a conversation in the playground alone', () => {
    expect(read(talkLink('docs', 'conv_1'))).toMatchObject({ tab: 'playground', talk: 'conv_1' });
    expect(read(talkLink('docs'))).toMatchObject({ talk: 'new' });
    expect(read('#/assistants/docs/files/conv_1')).not.toHaveProperty('talk');
  });

  test('names a conversation that is read, by its id or by its link', () => {
    expect(read(readingLink('conv_1'))).toEqual({ page: 'reading', id: 'conv_1', shared: false });
    expect(read('#/shared/conv_1.x-_y')).toEqual({ page: 'reading', id: 'conv_1.x-_y', shared: true });
    expect(read('#/shared/')).toEqual({ page: 'assistants' });
  });

  test('with a broken escape is the list, and no failure', () => {
    expect(read('#/assistants/%E0%A4%A/files')).toEqual({ page: 'assistants' });
  });
});
