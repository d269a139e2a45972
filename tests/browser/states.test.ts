// The states that the stories do not pass through, and the widths between phone and desktop.
import assert from 'node:assert/strict';
import { shoot } from './harness/shots';
import { press } from './harness/shopper';
import { setStage } from './harness/stage';
import { type Visitor, walkIn } from './harness/walk_in';

const stage = setStage({ agents: { maya: 6, jonas: 4, amira: 3 } });

const VISITORS: Visitor[] = [
  { name: 'Ingrid Solheim', text: 'Is the Måne lamp dimmable down to a night light?', path: '/products/mane-lamp', title: 'Måne lamp · Nordlicht' },
  { name: 'Teodor Nyström', text: 'Which wick fits the Lykta, and do you post single ones?', path: '/products/lykta-lantern', title: 'Lykta lantern · Nordlicht' },
  { name: 'Aisha Bello', text: 'Can I wash it?', path: '/products/ull-blanket', title: 'Ull blanket · Nordlicht' },
  { text: 'hi', path: '/', title: 'Nordlicht: made for the long evening' },
  { name: 'Maximiliane von Hohenfels-Strassberg', text: 'My tent’s zip broke on the second evening. Is that still within the sixty days?', path: '/products/tarn-tent', title: 'Tarn tent · Nordlicht' },
  { name: 'ليلى حداد', text: 'هل يمكن إرسالها إلى الخارج؟', path: '/products/kanna-kettle', title: 'Kanna kettle · Nordlicht' },
  { name: 'Mikael Roos', text: '👍🏽', path: '/products/kanna-kettle', title: 'Kanna kettle · Nordlicht' },
  { name: 'Zoë', text: 'Do you have a shop in Copenhagen?', path: '/', title: 'Nordlicht: made for the long evening' },
];

stage.story('offline: said in words, kept, and sent when the network is back', async () => {
  const shopper = await stage.shopper('shopper', { screen: 'phone' });
  await shopper.open();
  await shopper.write('Before the tunnel.');
  await shopper.sees('Sent');
  await stage.whileAway(async () => {
    await shopper.person.context.setOffline(true);
    await stage.server.stop();
    await shopper.write('In the tunnel.');
    await shopper.panel.getByText('You are offline. Messages go out when you are back.').waitFor();
    await shopper.sees('Goes out by itself');
    await shoot(shopper.page, 'widget-offline');
    await stage.server.start();
    await shopper.person.context.setOffline(false);
    await shopper.sees('Sent');
  });
  await shopper.readsAll(['Before the tunnel.', 'In the tunnel.']);
});

stage.story('a message that cannot be sent says so, and can be thrown away', async () => {
  const shopper = await stage.shopper('shopper');
  await shopper.open();
  await shopper.write('This one is fine.');
  await shopper.sees('Sent');
  await shopper.page.evaluate((text) => window.shopbell?.('sendMessage', text), 'much too long '.repeat(300));
  await shopper.panel.getByRole('alert').getByText('Not sent.').waitFor();
  await shoot(shopper.page, 'widget-not-sent');
  await press(shopper.button('Discard'), shopper.person);
  await shopper.readsAll(['This one is fine.']);
  await shopper.field.fill('x'.repeat(4001));
  await shopper.sees('1 character too many');
  await shopper.field.press('Enter');
  await shoot(shopper.page, 'widget-too-long', ['light']);
  assert.equal((await shopper.texts()).length, 1);
});

stage.story('a full inbox and a queue, at every width', async () => {
  const guests = [];
  const agent = await stage.agent('maya');
  for (const visitor of VISITORS) guests.push(await walkIn(stage.server.url, visitor));
  await agent.row('Zoë').or(agent.list.getByText('Zoë')).first().waitFor();
  await agent.openConversation('Ingrid Solheim');
  await agent.write('Down to the glow of a night light: turn the oak foot.');
  guests[0]!.say('Perfect. 😊');
  guests[0]!.say('And is the cord long enough for a shelf? https://nordlicht.example/products/mane-lamp?foot=oak&cord=2.2');
  await agent.sees(/And is the cord long enough/);
  await agent.field.fill('It is 2.2 metres');
  for (const [width, height] of [[1440, 900], [1024, 768], [768, 1024], [375, 812]] as const) {
    await agent.page.setViewportSize({ width, height });
    await agent.field.waitFor();
    const sideways = await agent.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(sideways <= 0, `at ${width} the console scrolls sideways by ${sideways}`);
    await shoot(agent.page, 'console-inbox-full');
  }
  await agent.page.getByRole('button', { name: 'Back', exact: true }).click();
  await agent.row('Ingrid Solheim').waitFor();
  await shoot(agent.page, 'console-list-full');
  guests.forEach((guest) => guest.leave());
});

stage.story('in German, with the store’s own theme', async () => {
  const shopper = await stage.shopper('shopper', { screen: 'phone' });
  await shopper.launcher.waitFor();
  await shopper.page.evaluate(() => window.shopbell?.('update', { language: 'de', theme: 'dark' }));
  await press(shopper.page.getByRole('button', { name: 'Chat öffnen' }), shopper.person);
  await shopper.panel.getByRole('heading', { name: /Wie können wir helfen/ }).waitFor();
  await shoot(shopper.page, 'widget-german', ['light']);
});
