// Usage over time, as bars: of the whole project, and by assistant.

import { useState } from 'preact/hooks';

import type { UsageReport } from '../api';
import { Choice } from '../ui';
import { dayInWords, daysOf, MEASURES, type Measure, type Series, seriesOf, short, told } from './series';

const HEIGHT = 100;
const STEP = 10; // of a day's bar and the gap beside it

export function Charts({ usage, days }: { usage: UsageReport; days: number }) {
  const shown = daysOf(usage, days);
  const known = new Map(usage.days.map((day) => [day.day, day]));
  const whole = (name: string, value: (day: UsageReport['days'][number]) => number): Series => {
    const values = shown.map((day) => {
      const found = known.get(day);
      return found ? value(found) : 0;
    });
    return { name, values, whole: values.reduce((sum, one) => sum + one, 0) };
  };
  return (
    <>
      <div class="charts">
        <Chart title="Requests by day" days={shown} series={[whole('Requests', (day) => day.requests)]} words={short} />
        <Chart
          title="Tokens by day"
          days={shown}
          series={[
            whole('Read', (day) => day.prompt_tokens),
            whole('Written', (day) => day.completion_tokens),
          ]}
          words={short}
        />
      </div>
      <ByAssistant usage={usage} days={shown} />
    </>
  );
}

function ByAssistant({ usage, days }: { usage: UsageReport; days: string[] }) {
  const [measure, setMeasure] = useState<Measure>('requests');
  const series = seriesOf(usage.by_assistant, days, measure);
  const { title } = MEASURES.find((one) => one.id === measure)!;
  return (
    <section aria-label="By assistant">
      <div class="title">
        <h2>By assistant</h2>
        <Choice label="Measure" options={MEASURES} value={measure} choose={setMeasure} />
      </div>
      {series.length ? (
        <Chart
          title={`${title} by day and assistant`}
          days={days}
          series={series}
          words={(value) => told(value, measure)}
        />
      ) : <p class="card note">Nothing was counted in this time.</p>}
    </section>
  );
}

function Chart(props: {
  title: string;
  days: readonly string[];
  series: readonly Series[];
  words: (value: number) => string;
}) {
  const { title, days, series, words } = props;
  const sums = days.map((_, at) => series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  const most = Math.max(1, ...sums);
  const legend = series.length > 1 || series[0]!.name !== 'Requests';
  return (
    <figure class="card chart">
      <figcaption class="label">{title}</figcaption>
      <svg
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}; at most ${words(most)} on one`}
      >
        {days.map((day, at) => (
          <Bar key={day} at={at} most={most} values={series.map((one) => one.values[at] ?? 0)}>
            {`${dayInWords(day)}: ${series.map((one) =>
              `${legend ? `${one.name} ` : ''}${one.values[at] === null ? 'not noted' : words(one.values[at]!)}`,
            ).join(', ')}`}
          </Bar>
        ))}
      </svg>
      <p class="note ends">
        <span>{dayInWords(days[0]!)}</span>
        <span>at most {words(most)} a day</span>
        <span>today</span>
      </p>
      {legend ? (
        <ul class="legend">
          {series.map((one, index) => (
            <li>
              <i class={`tone-${index}`} aria-hidden="true" />
              {one.name} <strong>{words(one.whole)}</strong>
            </li>
          ))}
        </ul>
      ) : null}
    </figure>
  );
}

function Bar(props: { at: number; most: number; values: readonly number[]; children: string }) {
  let top = HEIGHT;
  const parts = props.values.map((value, index) => {
    const height = value ? Math.max(1.5, (value / props.most) * HEIGHT) : 0;
    top -= height;
    return { index, height, top };
  });
  const x = props.at * STEP + 1;
  return (
    <g>
      <title>{props.children}</title>
      <rect x={x} y={0} width={STEP - 2} height={HEIGHT} class="ground" />
      {parts.some((one) => one.height) ? null : (
        <rect x={x} y={HEIGHT - 0.8} width={STEP - 2} height={0.8} class="none" />
      )}
      {parts.filter((one) => one.height).map((one) => (
        <rect x={x} y={Math.max(0, one.top)} width={STEP - 2} height={one.height} class={`tone-${one.index}`} />
      ))}
    </g>
  );
}
