// A team with rules: a shopper who comes back waits for the one they know, one too many hears that, and agents take by hand.
import { shoot } from './harness/shots';
import { press, type Shopper } from './harness/shopper';
import { setStage } from './harness/stage';

const stage = setStage({ agents: { maya: 1 }, support: 'queue_limit = 2\nadviser_wait_ms = 600000' });

async function someoneAsks(name: string, question: string): Promise<Shopper> {
  const shopper = await stage.shopper(name, { path: '/products/mane-lamp', known: true });
  await shopper.open();
  await shopper.write(question);
  return shopper;
}

stage.story('who comes back waits for the one they know, and one too many keeps the message', async () => {
  const maya = await stage.agent('maya');
  const first = await someoneAsks('Ingrid Solheim', 'Is the Måne lamp dimmable?');
  await maya.openConversation('Ingrid Solheim');
  const second = await someoneAsks('Teodor Nyström', 'Which wick fits the Lykta?');
  await second.sees('You are next in line.');
  await maya.proposeClose();
  await press(first.button('It’s solved'), first.person);
  await second.sees('Maya joined');
  await first.write('One more thing: is it heavy?');
  await first.sees('Maya, who helped you before, will be with you as soon as possible.');
  await someoneAsks('Aisha Bello', 'Can I wash the Ull blanket?');
  const late = await someoneAsks('Noor de Vries', 'Do you ship to Utrecht?');
  await late.sees(/Too many people are waiting just now/);
  await shoot(first.page, 'widget-waiting-adviser');
  await shoot(late.page, 'widget-queue-full');
  await maya.list.getByRole('button', { name: 'Take Ingrid Solheim' }).waitFor();
  await maya.list.getByText('For Maya Lindqvist').waitFor();
  await shoot(maya.page, 'console-take');
});
