export * from './notice-facts';
export * from './render-message';
export * from './unsubscribe-links';
export * from './mail-server';
export * from './message-parcel';
