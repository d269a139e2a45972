// The basket: all there is to script in this store. It lives in this browser only.

interface Line {
  slug: string;
  name: string;
  choice: string;
  price: number;
  art: string;
  count: number;
}

const KEY = 'nordlicht-basket';

function load(): Line[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as Line[];
  } catch {
    return []; // storage refused or spoilt: an empty basket
  }
}

function save(lines: Line[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(lines));
  } catch {
    // storage refused: the basket lasts as long as the page
  }
}

function need<T extends Element>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`no ${selector} on this page`);
  return found;
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Partial<HTMLElementTagNameMap[K]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

let lines = load();
const dialog = need<HTMLDialogElement>('dialog.basket');

function row(line: Line): HTMLLIElement {
  const remove = element('button', { type: 'button', className: 'plain' }, 'Remove');
  remove.setAttribute('aria-label', `Remove ${line.name}`);
  remove.addEventListener('click', () => update(lines.filter((other) => other !== line)));
  const many = line.count > 1 ? ` × ${line.count}` : '';
  return element(
    'li',
    {},
    element('img', { src: line.art, alt: '', width: 72, height: 72 }),
    element(
      'div',
      {},
      element('strong', {}, line.name + many),
      element('span', { className: 'muted' }, line.choice),
      remove,
    ),
    element('span', { className: 'price' }, `€${line.price * line.count}`),
  );
}

function draw(): void {
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  const total = lines.reduce((sum, line) => sum + line.count * line.price, 0);
  need('[data-basket-count]').textContent = String(count);
  need('[data-basket-list]').replaceChildren(...lines.map(row));
  need('[data-basket-total]').textContent = `€${total}`;
  need<HTMLElement>('[data-basket-sum]').hidden = count === 0;
  need<HTMLElement>('[data-basket-empty]').hidden = count > 0;
}

function update(next: Line[]): void {
  lines = next;
  save(lines);
  draw();
}

function add(form: HTMLFormElement): void {
  const { add: slug = '', name = '', price = '0', art = '' } = form.dataset;
  const choice = String(new FormData(form).get('choice') ?? '');
  const same = (line: Line) => line.slug === slug && line.choice === choice;
  const known = lines.some(same);
  if (known) update(lines.map((line) => (same(line) ? { ...line, count: line.count + 1 } : line)));
  else update([...lines, { slug, name, choice, price: Number(price), art, count: 1 }]);
  dialog.showModal();
}

need('[data-basket-open]').addEventListener('click', () => dialog.showModal());
need('[data-basket-close]').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close(); // the backdrop
});
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-add]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    add(form);
  });
}
draw();
