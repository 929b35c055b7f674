export * from './notice-facts';
export * from './render-message';
export { html } from './templates/html';
export { storyOf } from './templates/story';
export * from './unsubscribe-links';
export * from './mail-to';
export * from './message-parcel';
export * from './destination-messages';
export * from './notice-destination';
