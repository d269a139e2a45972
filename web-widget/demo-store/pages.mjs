// The demo store's pages, made once, at build time: the front page and one page a product.

const AMP = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (char) => AMP[char]);

/** A tagged template that escapes what is put in, except what html`` made itself. */
class Html {
  constructor(text) {
    this.text = text;
  }
}
const show = (value) => {
  if (Array.isArray(value)) return value.map(show).join('');
  return value instanceof Html ? value.text : escape(value ?? '');
};
function html(strings, ...values) {
  return new Html(strings.reduce((text, part, i) => text + show(values[i - 1]) + part));
}

const MARK = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><path d="M3 27h26L19.5 10l-4 6.5-2.5-3.5z"/><path class="glow" d="M4 11C9 3 14 13 19 7s7-4 9-3"/></svg>`;

const price = (product) => `€${product.price}`;

function card(product, { art }) {
  return html`
      <li class="card">
        <a href="/products/${product.slug}">
          <img src="${art[product.art]}" alt="${product.alt}" width="800" height="800" loading="lazy">
          ${product.tag ? html`<span class="tag">${product.tag}</span>` : ''}
          <span class="card-line"><strong>${product.name}</strong><span class="price">${price(product)}</span></span>
          <span class="muted">${product.kind}</span>
        </a>
      </li>`;
}

function layout({ title, description, body, links }) {
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="description" content="${description}">
  <title>${title}</title>
  <link rel="stylesheet" href="${links.style}">
  <script type="module" src="${links.script}"></script>
  <script async src="/shopbell.js" data-site="demo"></script>
</head>
<body>
  <a class="skip" href="#content">Skip to content</a>
  <p class="notice">Free delivery from €60 · 60 days to decide</p>
  <header class="top">
    <a class="brand" href="/" aria-label="Nordlicht, front page">${MARK}<span>Nordlicht</span></a>
    <nav aria-label="Store">
      <a href="/#outdoor">Outdoor</a>
      <a href="/#home">Home</a>
      <a href="/#workshop">Workshop</a>
    </nav>
    <button class="basket-button" type="button" data-basket-open>Basket <span class="count" data-basket-count>0</span></button>
  </header>
  <main id="content">${body}
  </main>
  <footer class="foot">
    <div class="foot-grid">
      <p class="brand">${MARK}<span>Nordlicht</span></p>
      <p><strong>The shop</strong><br>Am Alten Speicher 3<br>25813 Husum</p>
      <p><strong>Open</strong><br>Monday to Friday, 10 to 18<br>Saturday, 10 to 16</p>
      <p><strong>Questions?</strong><br>Ring the bell in the corner.<br>Someone from the shop answers.</p>
    </div>
    <p class="small">Nordlicht is a demo store; nothing here is for sale. <a href="/console/">Agent console</a></p>
  </footer>
  <dialog class="basket" aria-labelledby="basket-title">
    <div class="basket-head">
      <h2 id="basket-title">Your basket</h2>
      <button type="button" class="plain" data-basket-close>Close</button>
    </div>
    <p class="muted" data-basket-empty>Nothing in it yet. The daypack is a good start.</p>
    <ul data-basket-list></ul>
    <div class="basket-sum" data-basket-sum hidden>
      <p><span>Total</span><strong data-basket-total></strong></p>
      <p class="muted small">This is a demo store, so the story ends here. The chat is real: ask us anything.</p>
    </div>
  </dialog>
</body>
</html>
`;
  return page.text;
}

const FACTS = [
  ['Mended for life', 'Bring it back or send it in. We repair what we sell, for as long as we are here.'],
  ['With you in two days', 'Packed by hand, sent by train where we can, and tracked all the way.'],
  ['Sixty days to decide', 'Take it outside, get it muddy. If it is not right, it comes back.'],
];

function frontPage(products, links) {
  const grid = (section) => products.filter((product) => product.section === section).map((product) => card(product, links));
  const body = html`
    <section class="hero">
      <img src="${links.art.hero}" alt="Northern lights over a lake, a tent and a small fire on its shore" width="1600" height="900">
      <div class="hero-words">
        <h1>Made for the long evening.</h1>
        <p>Outdoor gear and things for the home, built in the north to be used, mended and handed on.</p>
        <a class="button light" href="#outdoor">See the autumn range</a>
      </div>
    </section>
    <ul class="facts">${FACTS.map(([head, text]) => html`
      <li><strong>${head}</strong><span>${text}</span></li>`)}
    </ul>
    <section class="range" id="outdoor">
      <div class="range-head"><h2>Outdoor</h2><p class="muted">For a day on the fell or a week by the tarn.</p></div>
      <ul class="grid">${grid('outdoor')}
      </ul>
    </section>
    <section class="story" id="workshop">
      <img src="${links.art.workshop}" alt="A workbench with a sewing machine below a board of tools" width="1200" height="900" loading="lazy">
      <div>
        <p class="eyebrow">The workshop</p>
        <h2>We would rather mend it than sell you another.</h2>
        <p>Behind the shop is a room with two sewing machines, a soldering iron and a drawer for every buckle we have ever used. Tell us in the chat what broke, send a photo, and we say what it costs before you post it.</p>
        <ul class="ticks">
          <li>Zips, straps and seams within a week</li>
          <li>Parts for every lantern since 1987</li>
          <li>The first repair is on us</li>
        </ul>
      </div>
    </section>
    <section class="range" id="home">
      <div class="range-head"><h2>Home</h2><p class="muted">For when the rain has the last word.</p></div>
      <ul class="grid">${grid('home')}
      </ul>
    </section>`;
  const description = 'Outdoor gear and things for the home, built in the north to be used, mended and handed on.';
  return layout({ title: 'Nordlicht: made for the long evening', description, body, links });
}

function choice({ label, options, chosen }) {
  return html`
          <fieldset class="choice"><legend>${label}</legend>${options.map((option, i) => html`
            <label><input type="radio" name="choice" value="${option}"${i === chosen ? html` checked` : ''}><span>${option}</span></label>`)}
          </fieldset>`;
}

function productPage(product, products, links) {
  const others = products.filter((other) => other !== product && other.section !== product.section);
  const area = product.section === 'outdoor' ? 'Outdoor' : 'Home';
  const body = html`
    <nav class="crumbs" aria-label="Breadcrumb"><a href="/">Nordlicht</a><a href="/#${product.section}">${area}</a><span aria-current="page">${product.name}</span></nav>
    <article class="product">
      <img src="${links.art[product.art]}" alt="${product.alt}" width="800" height="800">
      <div class="product-words">
        ${product.tag ? html`<p class="eyebrow">${product.tag}</p>` : html`<p class="eyebrow">${area}</p>`}
        <h1>${product.name}</h1>
        <p class="muted">${product.kind}</p>
        <p class="price big">${price(product)}</p>
        <p class="lead">${product.lead}</p>
        <form data-add="${product.slug}" data-name="${product.name}" data-price="${product.price}" data-art="${links.art[product.art]}">${product.choice ? choice(product.choice) : ''}
          <button class="button" type="submit">Add to basket</button>
          <p class="stock">In stock, leaves Husum tomorrow</p>
        </form>
        <details open><summary>About it</summary><p>${product.story}</p></details>
        <details><summary>Measures and materials</summary>
          <dl>${product.specs.map(([term, value]) => html`
            <div><dt>${term}</dt><dd>${value}</dd></div>`)}
          </dl>
        </details>
        <details><summary>Care</summary><p>${product.care}</p></details>
        <details><summary>Delivery and returns</summary><p>Two working days in Germany and Denmark, four in the rest of the EU. Free from €60. Send it back within sixty days, used or not.</p></details>
      </div>
    </article>
    <section class="range">
      <div class="range-head"><h2>Goes well with it</h2></div>
      <ul class="grid">${others.map((other) => card(other, links))}
      </ul>
    </section>`;
  return layout({ title: `${product.name} · Nordlicht`, description: product.lead, body, links });
}

/**
 * @param {object[]} products from products.json
 * @param {{style: string, script: string, art: Record<string, string>}} links where the hashed files are
 * @returns {{path: string, name: string, html: string}[]}
 */
export function storePages(products, links) {
  return [
    { path: '/', name: 'front', html: frontPage(products, links) },
    ...products.map((product) => ({
      path: `/products/${product.slug}`,
      name: product.slug,
      html: productPage(product, products, links),
    })),
  ];
}
