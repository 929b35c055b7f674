import type { RecordedEvent } from '#event-sourcing';
import { CURRENT_VERSIONS } from './published/published-events';
import { recordedEvent } from './testing';
import { createUpcast, UPCASTERS, upcast } from './upcasters';

/** A made-up event that went through three versions: a name was split, then a currency was added. */
const steps = {
  ParcelSent: {
    1: (data: unknown) => {
      const [first = '', last = ''] = (data as { name: string }).name.split(' ');
      return { first, last };
    },
    2: (data: unknown) => ({ ...(data as object), currency: 'EUR' }),
  },
};
const versions = new Map([['ParcelSent', 3]]);

function parcel(schemaVersion: number, data: unknown): RecordedEvent {
  const event = recordedEvent('parcel-1', 'ParcelSent', data);
  return { ...event, metadata: { ...event.metadata, schemaVersion } };
}

describe('an event is brought up to date', () => {
  const current = { first: 'Ada', last: 'Byron', currency: 'EUR' };

  it.each([
    [1, { name: 'Ada Byron' }],
    [2, { first: 'Ada', last: 'Byron' }],
    [3, current],
  ])('from version %d', (version, data) => {
    expect(createUpcast(versions, steps)(parcel(version, data))).toStrictEqual(parcel(3, current));
  });

  it('or refused when it is newer', () => {
    expect(() => createUpcast(versions, steps)(parcel(4, {}))).toThrow(/ParcelSent in version 4; .* up to version 3/);
  });

  it('or refused when no version was ever so old', () => {
    expect(() => createUpcast(versions, steps)(parcel(0, {}))).toThrow('ParcelSent has no version 0');
  });

  it('or left alone when nobody knows it', () => {
    const event = recordedEvent('parcel-1', 'ParcelLost', {});
    expect(createUpcast(versions, steps)(event)).toBe(event);
  });
});

describe('the steps', () => {
  it('lead from every older version to the newest', () => {
    expect(() => createUpcast(versions, { ParcelSent: { 2: steps.ParcelSent[2] } })).toThrow(
      'ParcelSent has no upcaster from version 1',
    );
  });

  it('lead nowhere else', () => {
    expect(() => createUpcast(new Map([['ParcelSent', 2]]), steps)).toThrow('nothing follows version 2 of ParcelSent');
    expect(() => createUpcast(new Map(), steps)).toThrow('nothing follows version 1 of ParcelSent');
  });
});

it.each([...CURRENT_VERSIONS.keys()])('%s of every version ever published is brought up to date', (type) => {
  const current = CURRENT_VERSIONS.get(type) ?? 0;
  expect(Object.keys(UPCASTERS[type] ?? {})).toHaveLength(current - 1);
  const event = recordedEvent('any-1', type, { at: '2026-11-23T12:00:00.000Z' });
  expect(upcast({ ...event, metadata: { ...event.metadata, schemaVersion: current } })).toMatchObject({ type });
});
