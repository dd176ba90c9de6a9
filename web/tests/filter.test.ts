import { describe, expect, test } from 'vitest';

import { type FilterState, filterOf, noFilter } from '../src/filter';

type Condition = FilterState['conditions'][number];

function filter(...conditions: [string, Condition['operator'], string][]) {
  const made = conditions.map(([field, operator, text]) => ({ field, operator, text }));
  return filterOf({ any: false, conditions: made, written: null });
}

describe('a filter', () => {
  test('is none where nothing is said, or not to its end', () => {
    expect(filterOf(noFilter)).toBeNull();
    expect(filter(['', '$eq', 'x'], ['team', '$eq', ' '])).toBeNull();
  });

  test.each([
    ['2024', 2024], ['-1.5', -1.5], ['true', true], ['false', false], ['"2024"', '2024'],
    ['""', ''], ['1e5', '1e5'], ['v1.2.3', 'v1.2.3'], [' docs ', 'docs'], ['007x', '007x'],
  ])('takes %j for %j', (text, value) => {
    expect(filter(['year', '$eq', text])).toEqual({ year: { $eq: value } });
  });

  test('of several conditions joins them with all or any', () => {
    const two: FilterState = {
      any: true,
      written: null,
      conditions: [
        { field: 'a', operator: '$in', text: '1, x,"2"' },
        { field: ' b ', operator: '$missing', text: 'ignored' },
      ],
    };
    const made = [{ a: { $in: [1, 'x', '2'] } }, { b: { $exists: false } }];
    expect(filterOf(two)).toEqual({ $or: made });
    expect(filterOf({ ...two, any: false })).toEqual({ $and: made });
  });

  test('refuses to compare what is no number, and says which', () => {
    expect(() => filter(['year', '$gt', 'soon'])).toThrow('“year”');
    expect(filter(['year', '$gte', '3'])).toEqual({ year: { $gte: 3 } });
  });

  test('written by hand takes the place of the conditions', () => {
    const state = { ...noFilter, written: '{"a": 1}' };
    expect(filterOf(state)).toEqual({ a: 1 });
    expect(filterOf({ ...state, written: '{}' })).toBeNull();
    expect(() => filterOf({ ...state, written: '[1]' })).toThrow('JSON object');
    expect(() => filterOf({ ...state, written: '{' })).toThrow('not JSON');
  });
});
