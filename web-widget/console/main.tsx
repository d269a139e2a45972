// The agents' console. One client for the whole page; everything on screen is drawn from its snapshots.

import { render } from 'preact';
import { createAgentClient } from '../client/index';
import './console.css';
import { format } from './hooks/format';
import { useSnapshot } from './hooks/snapshot';
import { language } from './strings/index';
import { App } from './views/app';

const site = new URLSearchParams(location.search).get('site') ?? document.documentElement.dataset.site ?? 'demo';
const url = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`;
const client = createAgentClient({ url, site });

function Root() {
  return <App client={client} site={site} snap={useSnapshot(client)} />;
}

document.documentElement.lang = language;
document.documentElement.dir = format.direction;
client.start();
const place = document.getElementById('app');
if (place) render(<Root />, place);
