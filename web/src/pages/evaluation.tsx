// Answers judged against known good ones. Runs are kept in this browser, by assistant.

import { useState } from 'preact/hooks';

import type { Alignment, Assistant } from '../api';
import { remember } from '../recent';
import { useClient } from '../session';
import { Bar, Button, Empty, Field, useTask, when, Wrong } from '../ui';

interface Run {
  at: string;
  question: string;
  answer: string;
  truth: string;
  model: string | null;
  result: Alignment;
}

const KEPT = 30;
const place = (assistant: Assistant) => `lodgepole.runs.${assistant.name}.${assistant.created_at}`;

function stored(assistant: Assistant): Run[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(place(assistant)) ?? '[]');
    return Array.isArray(read) ? (read as Run[]) : [];
  } catch {
    return [];
  }
}

export function EvaluationPage({ assistant }: { assistant: Assistant }) {
  const client = useClient();
  const [question, setQuestion] = useState('');
  const [answer, setAnswer] = useState('');
  const [truth, setTruth] = useState('');
  const [model, setModel] = useState<string | null>(null);
  const [runs, setRuns] = useState(() => stored(assistant));
  const judging = useTask();
  const asking = useTask();
  const keep = (next: Run[]) => {
    setRuns(next);
    try {
      if (next.length) localStorage.setItem(place(assistant), JSON.stringify(next));
      else localStorage.removeItem(place(assistant));
    } catch {
      // No room, or storage is forbidden: the runs are there until the page is closed.
    }
  };
  const ask = () => asking.run(async () => {
    const told = await client.answer(assistant.name, {
      messages: [{ role: 'user', content: question }],
    });
    setAnswer(told.message.content);
    setModel(told.model);
  });
  const judge = () => judging.run(async () => {
    const body = { question, answer, ground_truth_answer: truth };
    const result = await client.judge(body);
    remember({ kind: 'judge', assistant: assistant.name, body });
    const run = { at: new Date().toISOString(), question, answer, truth, model, result };
    keep([run, ...runs].slice(0, KEPT));
  });
  return (
    <>
      <h1>Evaluation</h1>
      <p class="note lead">
        Write a question and the answer that is right, have {assistant.name} answer, and see fact by
        fact how well the two agree. For many questions at once: <code>lodgepole eval</code>.
      </p>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void judge();
        }}
      >
        <Area label="Question" rows={2} value={question} change={setQuestion} />
        <div class="pair">
          <div>
            <Area
              label="Answer to judge"
              value={answer}
              change={(text) => {
                setAnswer(text);
                setModel(null);
              }}
            />
            <Button class="small" disabled={!question.trim() || asking.busy} onClick={ask}>
              {asking.busy ? 'Asking…' : `Ask ${assistant.name}`}
            </Button>
          </div>
          <Area label="The answer that is right" value={truth} change={setTruth} />
        </div>
        <Wrong text={asking.error ?? judging.error} />
        <div class="actions">
          <Button
            kind="primary"
            type="submit"
            disabled={judging.busy || ![question, answer, truth].every((text) => text.trim())}
          >
            {judging.busy ? 'Judging…' : 'Judge'}
          </Button>
        </div>
      </form>
      <div class="title">
        <h2>Runs</h2>
        {runs.length ? <Button onClick={() => keep([])}>Forget all</Button> : null}
      </div>
      {runs.length ? (
        <>
          <p class="note">Kept in this browser only, the newest first.</p>
          <div class="runs" tabIndex={0} role="group" aria-label="Runs side by side">
            {runs.map((run) => (
              <RunCard
                key={run.at}
                run={run}
                again={() => {
                  setQuestion(run.question);
                  setTruth(run.truth);
                  setAnswer(run.answer);
                  setModel(run.model);
                  scrollTo(0, 0);
                }}
                forget={() => keep(runs.filter((one) => one !== run))}
              />
            ))}
          </div>
        </>
      ) : (
        <Empty title="No runs yet">
          <p>
            Judge an answer, change instructions or files, and judge the new answer: the runs then
            stand side by side.
          </p>
        </Empty>
      )}
    </>
  );
}

function Area(props: {
  label: string;
  rows?: number;
  value: string;
  change: (text: string) => void;
}) {
  return (
    <Field label={props.label}>
      {({ id }) => (
        <textarea
          id={id}
          rows={props.rows ?? 5}
          value={props.value}
          onInput={(event) => props.change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

const WORDS: Record<string, string> = {
  entailed: 'Said',
  contradicted: 'Contradicted',
  neutral: 'Not said',
};

function RunCard(props: { run: Run; again: () => void; forget: () => void }) {
  const { run } = props;
  const { metrics, reasoning } = run.result;
  return (
    <article class="card run">
      <p class="note">{when(run.at)}{run.model ? ` · ${run.model}` : ''}</p>
      <h3>{run.question}</h3>
      {(['alignment', 'correctness', 'completeness'] as const).map((name) => (
        <div class="metric">
          <span>{name}</span>
          <Bar share={metrics[name]} label={name} />
          <strong>{metrics[name].toFixed(2)}</strong>
        </div>
      ))}
      <ul class="verdicts">
        {reasoning.evaluated_facts.map((judged) => (
          <li>
            <span class={`pill ${judged.entailment}`}>
              {WORDS[judged.entailment] ?? judged.entailment}
            </span>
            {' '}{judged.fact.content}
          </li>
        ))}
      </ul>
      <details class="quiet">
        <summary>Answer and ground truth</summary>
        <p class="kept">{run.answer}</p>
        <p class="kept faint">{run.truth}</p>
      </details>
      <div class="line">
        <Button class="small" onClick={props.again}>Use again</Button>
        <Button kind="quiet" class="small" onClick={props.forget}>Forget</Button>
      </div>
    </article>
  );
}
