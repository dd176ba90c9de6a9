import { expect, test } from 'vitest';

import type { Delivery } from '../src/api';
import { told } from '../src/pages/webhooks';

const delivery: Delivery = {
  id: 'msg_1',
  event: 'operation.completed',
  status: 'Pending',
  created_at: '2026-03-01T09:30:00Z',
  attempts: 2,
  last_error: 'It answered 503.',
};

test('a delivery says how often it was tried, and why that failed', () => {
  expect(told(delivery)).toMatch(/· 2 attempts · It answered 503\.$/);
  expect(told({ ...delivery, attempts: 1, last_error: null })).toMatch(/· 1 attempt$/);
});
