import { useEffect, useRef, useState } from 'preact/hooks';
import type { AgentClient, RequestError } from '../../client/index';
import { alert, Icon } from '../../ui/icon';
import { Spinner } from '../../ui/loading';
import { loginErrorText } from '../hooks/reason';
import { t } from '../strings/index';
import { Mark } from './mark';

interface LoginProps {
  client: AgentClient;
  site: string;
  /** Why one was logged out, or the last try failed before this page was drawn. */
  error: RequestError | null;
}

function checkFields(email: string, password: string): { field?: 'email' | 'password'; text: string } {
  if (!email.trim()) return { field: 'email', text: t.email_missing };
  if (!password) return { field: 'password', text: t.password_missing };
  return { text: '' };
}

function useLogin(client: AgentClient, before: RequestError | null) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field?: 'email' | 'password'; text: string }>({
    text: before ? t.logged_out_elsewhere : '',
  });
  async function submit(form: HTMLFormElement): Promise<void> {
    const data = new FormData(form);
    const email = String(data.get('email') ?? '');
    const password = String(data.get('password') ?? '');
    const missing = checkFields(email, password);
    setProblem(missing);
    if (missing.field) return form.querySelector<HTMLInputElement>(`[name=${missing.field}]`)?.focus();
    setBusy(true);
    const error = await client.login(email.trim(), password);
    setBusy(false);
    if (!error) return;
    setProblem({ field: error.type === 'authentication_failed' ? 'password' : undefined, text: loginErrorText(error) });
    form.querySelector<HTMLInputElement>('[name=password]')?.select();
  }
  return { busy, problem, submit };
}

function PasswordField({ invalid }: { invalid: boolean }) {
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for="password">{t.password}</label>
      <div class="field-box">
        <input
          id="password" name="password" type={shown ? 'text' : 'password'} autocomplete="current-password"
          maxLength={200} required aria-invalid={invalid} aria-describedby="login-error"
        />
        <button type="button" class="field-button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? t.hide_password : t.show_password}
          <span class="hidden-words"> {t.password}</span>
        </button>
      </div>
    </div>
  );
}

export function Login({ client, site, error }: LoginProps) {
  const { busy, problem, submit } = useLogin(client, error);
  const email = useRef<HTMLInputElement>(null);
  useEffect(() => email.current?.focus(), []);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy) void submit(event.currentTarget as HTMLFormElement);
  };
  return (
    <main class="login">
      <form class="login-card" method="post" noValidate onSubmit={onSubmit} aria-labelledby="login-title">
        <Mark size={40} />
        <h1 id="login-title">{t.log_in_title}</h1>
        <p class="login-site">{t.log_in_site(site)}</p>
        <div class="field">
          <label for="email">{t.email}</label>
          <div class="field-box">
            <input
              ref={email} id="email" name="email" type="email" autocomplete="username" inputMode="email" spellcheck={false}
              autoCapitalize="none" maxLength={254} required aria-invalid={problem.field === 'email'} aria-describedby="login-error"
            />
          </div>
        </div>
        <PasswordField invalid={problem.field === 'password'} />
        <button type="submit" class="button button-primary login-button" aria-disabled={busy}>
          {busy && <Spinner label={t.logging_in} />}
          {busy ? t.logging_in : t.log_in}
        </button>
        <p class="login-error" id="login-error" role="alert">
          {problem.text && <Icon path={alert} size={16} />}
          {problem.text}
        </p>
      </form>
    </main>
  );
}
