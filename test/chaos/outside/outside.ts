import { MailServer } from './mail-server';
import { Moods } from './mood';
import { WebhookReceiver } from './webhook-receiver';

/** Those whom the system sends things to, in the suite's own process. */
export class Outside {
  private constructor(
    readonly moods: Moods,
    readonly webhooks: WebhookReceiver,
    readonly mailServer: MailServer,
  ) {}

  static async open(): Promise<Outside> {
    const moods = new Moods();
    return new Outside(moods, await WebhookReceiver.open(moods), await MailServer.open(moods));
  }

  async close(): Promise<void> {
    await this.webhooks.close();
    await this.mailServer.close();
  }
}
