// The last calls that the console made for a person, so that the API tab can show them as code.

export type Call =
  | { kind: 'create'; body: Record<string, unknown> }
  | { kind: 'update'; assistant: string; body: Record<string, unknown> }
  | { kind: 'upload'; assistant: string; file: string; metadata: unknown; multimodal: boolean }
  | { kind: 'replace'; assistant: string; id: string; file: string; metadata: unknown }
  | { kind: 'list'; assistant: string; filter: unknown }
  | { kind: 'remove'; assistant: string; id: string; file: string }
  | { kind: 'chat'; assistant: string; body: Record<string, unknown> }
  | { kind: 'context'; assistant: string; body: Record<string, unknown> }
  | { kind: 'judge'; assistant: string; body: Record<string, unknown> };

const KEPT = 12;
let calls: readonly Call[] = [];

/** Newest first; the same call again moves to the front. */
export function remember(call: Call): void {
  const text = JSON.stringify(call);
  calls = [call, ...calls.filter((one) => JSON.stringify(one) !== text)].slice(0, KEPT);
}

export function recent(assistant: string): readonly Call[] {
  return calls.filter((call) => !('assistant' in call) || call.assistant === assistant);
}

export function forget(): void {
  calls = [];
}
