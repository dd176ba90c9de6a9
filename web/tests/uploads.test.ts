import { expect, test } from 'vitest';

import { ApiError } from '../src/api';
import { mayHelp } from '../src/pages/uploads';

test.each([
  [new TypeError('network'), true],
  [new ApiError(503, 'busy'), true],
  [new ApiError(429, 'later'), true],
  [new ApiError(400, 'of no kind that can be read'), false],
  [new ApiError(413, 'too large'), false],
])('%s: another try helps: %j', (failure, expected) => expect(mayHelp(failure)).toBe(expected));
