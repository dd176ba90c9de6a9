import { useState } from 'preact/hooks';

import { Client, inWords } from '../api';
import { type SignInOptions, signInLink } from '../session';
import { Button, Field, Tree } from '../ui';

export function SignIn(props: {
  why: string | null;
  options: SignInOptions;
  done: (key: string) => void;
}) {
  const [key, setKey] = useState('');
  const [error, setError] = useState(props.why);
  const [busy, setBusy] = useState(false);
  const enter = async () => {
    const secret = key.trim();
    if (!secret) {
      setError('Enter a key.');
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await new Client(secret).me();
      props.done(secret);
    } catch (failure) {
      setError(inWords(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="signin">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <div class="brand"><Tree /> Lodgepole</div>
        <h1>Sign in</h1>
        {props.options.url ? (
          <>
            <a class="button primary" href={signInLink(props.options.url)}>
              Sign in with {props.options.provider}
            </a>
            <p class="note">Or with an API key:</p>
          </>
        ) : null}
        <Field
          label="API key"
          error={error}
          help="It stays in this browser tab and is forgotten when the tab is closed."
        >
          {({ id, describedBy }) => (
            <input
              id={id}
              type="password"
              autocomplete="off"
              autofocus
              spellcheck={false}
              aria-describedby={describedBy}
              aria-invalid={!!error}
              value={key}
              onInput={(event) => setKey(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button kind="primary" type="submit" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
        <details class="quiet">
          <summary>Where do I find a key?</summary>
          <p>
            The server shows one when it starts for the first time, and keeps it in the file
            {' '}<code>api_key</code> of its data directory. A key that the operator set as
            {' '}<code>LODGEPOLE_API_KEY</code> is accepted too.
          </p>
        </details>
      </form>
    </main>
  );
}
