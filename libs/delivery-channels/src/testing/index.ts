export * from './channel-conformance';
export * from './parcels';
