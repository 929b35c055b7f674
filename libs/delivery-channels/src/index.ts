export * from './delivery-channel';
export * from './delivery-error';
export * from './http/expectation';
export * from './slack/slack-channel';
export * from './webhook/webhook-channel';
export type { WebhookOptions } from './webhook/webhook-options';
