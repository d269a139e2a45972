// The program's own face: flags over environment over file, and errors that say where and what to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from './harness/client.ts';
import { configText, email } from './harness/config.ts';
import { BIN, Server } from './harness/server.ts';

const dir = mkdtempSync(join(tmpdir(), 'shopbell-config-'));
after(() => rmSync(dir, { recursive: true }));

function run(args: string[], { env = {}, input = '' } = {}): { status: number | null; stdout: string; stderr: string } {
  const clean = Object.entries(process.env).filter(([name]) => !/^SHOPBELL_(CONFIG|LISTEN|DATA|REDIS|WORKERS|LOG_LEVEL)$/.test(name));
  const { status, stdout, stderr } = spawnSync(BIN, args, { encoding: 'utf8', input, env: { ...Object.fromEntries(clean), ...env }, timeout: 20_000 });
  return { status, stdout, stderr };
}

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

test('--check-config says that a good file is fine, and starts nothing', () => {
  const good = file('good.conf', configText(['shop'], { listen: '127.0.0.1:0' }));
  assert.deepEqual(run(['--check-config', '--config', good]), { status: 0, stdout: 'the configuration is fine\n', stderr: '' });
  assert.deepEqual(run(['--check-config', '--config', 'web-widget/demo-store/demo.conf']).status, 0);
});

test('every error of a file is named with its line, what is wrong and what to do', () => {
  const text = configText(['shop'], { listen: 'localhost', close_timeout_ms: 1 })
    .replace('origins = self', 'origins = https://shop.example/')
    .replace('default_team = support', 'default_team = nobody\ncolour = red')
    .replace(/password = .*/, 'password = demo-bell')
    .replace('capacity = 2', 'capacity = 1000');
  const bad = file('bad.conf', `${text}\n[agent elsewhere/x]\nname = X\n`);
  const { status, stdout, stderr } = run(['--check-config', '--config', bad]);
  assert.deepEqual([status, stdout], [2, '']);
  const where = (line: string) => `${bad}:${readFileSync(bad, 'utf8').split('\n').findIndex((text) => text.startsWith(line)) + 1}: `;
  for (const line of ['listen = ', 'close_timeout_ms', 'origins', 'default_team', 'colour', 'password', 'capacity', '[agent elsewhere/x]']) {
    assert.ok(stderr.includes(where(line)), `${line} is not named in\n${stderr}`);
  }
  assert.match(stderr, /write self, or scheme and host in lower case/);
  assert.doesNotMatch(stderr, /demo-bell/);
  assert.deepEqual(run(['--config', bad]).stderr, stderr, 'a start is refused in the same words');
});

test('a flag wins over the environment, which wins over the file', () => {
  const bad = file('listen.conf', configText(['shop'], { listen: 'from-the-file' }));
  const asked = ['--check-config', '--config', bad];
  assert.match(run(asked).stderr, /listen\.conf:2: cannot listen on "from-the-file"/);
  assert.match(run(asked, { env: { SHOPBELL_LISTEN: 'from-the-environment' } }).stderr, /^SHOPBELL_LISTEN: cannot listen on "from-the-environment"/);
  assert.match(run([...asked, '--listen', 'from-the-flag'], { env: { SHOPBELL_LISTEN: 'x' } }).stderr, /^--listen: cannot listen on "from-the-flag"/);
  assert.equal(run([...asked, '--listen=127.0.0.1:0'], { env: { SHOPBELL_LISTEN: 'x' } }).status, 0);
  assert.equal(run(['--check-config'], { env: { SHOPBELL_CONFIG: bad, SHOPBELL_LISTEN: '[::1]:0' } }).status, 0);
});

test('what is wrong with the command line is said', () => {
  const good = file('flags.conf', configText(['shop'], {}));
  assert.match(run([]).stderr, /--config: no file is given/);
  assert.match(run(['--config', join(dir, 'nothing.conf')]).stderr, /cannot open .*nothing\.conf: No such file/);
  assert.match(run(['--fly']).stderr, /--fly: is not a flag of this program; --help lists them/);
  assert.match(run(['--config', good, '--listen']).stderr, /--listen: has no value/);
  assert.match(run(['--config', good, '--workers', '2', '--listen', '127.0.0.1:0']).stderr, /--workers: 2 workers share one port/);
  const redis = run(['--config', good, '--redis', 'http://:canary@x']);
  assert.match(redis.stderr, /--redis: the Redis URL does not do/);
  assert.doesNotMatch(redis.stderr, /canary/);
  assert.equal(redis.status, 2);
  assert.match(run(['--version']).stdout, /^shopbell \d+\.\d+\.\d+/);
  const help = run(['--help']);
  assert.equal(help.status, 0);
  for (const flag of ['--config', '--listen', '--data', '--redis', '--workers', '--check-config', '--version']) assert.ok(help.stdout.includes(flag), flag);
});

test('a password hashed by --hash-password lets its agent in', async (t) => {
  const { status, stdout } = run(['--hash-password'], { input: 'grüße & 🔔\n' });
  assert.equal(status, 0);
  assert.match(stdout, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(run(['--hash-password'], { input: 'grüße & 🔔\n' }).stdout, stdout, 'salted');
  assert.equal(run(['--hash-password']).status, 1);
  const server = new Server({});
  writeFileSync(server.config, readFileSync(server.config, 'utf8').replace(/password = .*/g, () => `password = ${stdout.trim()}`));
  await server.start();
  t.after(() => server.close());
  const client = await Client.open(server);
  const login = { role: 'agent' as const, site: 'shop', email: email('maya') };
  await client.refused('authentication_failed', 'login', { ...login, password: 'demo-bell' });
  await client.must('login', { ...login, password: 'grüße & 🔔' });
});
