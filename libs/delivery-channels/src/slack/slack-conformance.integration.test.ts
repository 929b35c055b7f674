import { channelConformance, type ChannelUnderTest } from '../testing';
import { startHttpReceiver } from '../testing/http-receiver';
import { unusedPort } from '../testing/unused-port';
import { SlackChannel } from './slack-channel';

const PATH = '/services/T0SECRET/B0SECRET/slack-key-99';

async function make(): Promise<ChannelUnderTest> {
  const receiver = await startHttpReceiver();
  receiver.answer = ({ path }, response) => {
    if (path === PATH) response.end('ok');
    else response.writeHead(403).end(`invalid_token ${path}`);
  };
  const more = { ca: receiver.ca, allowedPrivateHosts: ['localhost'] };
  const texts = (): string[] =>
    receiver.received
      .filter(({ path }) => path === PATH)
      .map(({ body }) => (JSON.parse(body.toString()) as { text: string }).text);
  return {
    channel: new SlackChannel({ url: `${receiver.origin}${PATH}`, ...more }),
    away: new SlackChannel({ url: `https://localhost:${await unusedPort()}${PATH}`, ...more }),
    refused: new SlackChannel({ url: `${receiver.origin}${PATH}-old`, ...more }),
    secrets: ['T0SECRET', 'B0SECRET', 'slack-key-99'],
    arrived: () => Promise.resolve([]),
    texts: () => Promise.resolve(texts()),
    identities: () => Promise.resolve(texts()),
    leftovers: () => Promise.resolve([]),
    dispose: () => receiver.close(),
  };
}

channelConformance('Slack', { carries: 'link', tellsRepeats: false }, make);
