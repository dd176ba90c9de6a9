// Which models there are to choose from, and how people are told of them.

import { useEffect, useState } from 'preact/hooks';

import type { Client } from './api';
import { useClient } from './session';

export interface Model {
  name: string;
  quotes: boolean;
  follows_instructions: boolean;
  takes_temperature: boolean;
}

export interface Models {
  default: string;
  models: Model[];
}

export const QUOTES_ONLY = 'Quotes only';

export function listModels(client: Client): Promise<Models> {
  return client.json<Models>('GET', '/lodgepole/models');
}

/** The models there are; null until they are known. */
export function useModels(): Models | null {
  const client = useClient();
  const [known, setKnown] = useState<Models | null>(null);
  useEffect(() => {
    listModels(client).then(setKnown, () => setKnown(null));
  }, [client]);
  return known;
}

/** Who answers to a name. What is not configured is answered by the default one. */
export function modelOf(known: Models | null, name: string | null | undefined): Model | null {
  if (!known) return null;
  return known.models.find((one) => one.name === name)
    ?? known.models.find((one) => one.name === known.default)
    ?? null;
}

/** A model as people know it. */
export function titleOf(model: Model): string {
  return model.quotes ? `${QUOTES_ONLY} (no language model)` : model.name;
}

/** Who wrote an answer, in words. */
export function writerOf(known: Models | null, name: string | null): string | null {
  if (!name || !known) return null;
  return modelOf(known, name)?.quotes ? `${QUOTES_ONLY}, no language model` : name;
}

/** What of a request has no effect on a model, in words; null where all has. */
export function notFollowed(model: Model | null): string | null {
  if (!model) return null;
  const what = [
    model.follows_instructions ? null : 'instructions',
    model.takes_temperature ? null : 'temperature',
  ].filter(Boolean).join(' and ');
  if (!what) return null;
  const has = model.follows_instructions ? 'has' : 'have';
  return `${what[0]!.toUpperCase()}${what.slice(1)} ${has} no effect on it.`;
}
