import { textEncoder } from './text-encodings';

/** Bytes and code points of CP1252.TXT where they differ. */
const MOVED = new Map([
  [0x80, 0x20ac],
  [0x82, 0x201a],
  [0x83, 0x192],
  [0x84, 0x201e],
  [0x85, 0x2026],
  [0x86, 0x2020],
  [0x87, 0x2021],
  [0x88, 0x2c6],
  [0x89, 0x2030],
  [0x8a, 0x160],
  [0x8b, 0x2039],
  [0x8c, 0x152],
  [0x8e, 0x17d],
  [0x91, 0x2018],
  [0x92, 0x2019],
  [0x93, 0x201c],
  [0x94, 0x201d],
  [0x95, 0x2022],
  [0x96, 0x2013],
  [0x97, 0x2014],
  [0x98, 0x2dc],
  [0x99, 0x2122],
  [0x9a, 0x161],
  [0x9b, 0x203a],
  [0x9c, 0x153],
  [0x9e, 0x17e],
  [0x9f, 0x178],
]);

describe('windows-1252', () => {
  it('has every byte that the encoding defines', () => {
    const undefinedBytes = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    const defined = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !undefinedBytes.includes(byte));
    const text = String.fromCodePoint(...defined.map((byte) => MOVED.get(byte) ?? byte));
    const encoder = textEncoder('windows-1252');
    expect([...encoder.encode(Buffer.from(text))]).toEqual(defined);
    expect(encoder.replaced).toBe(0);
  });

  it('writes a question mark for each character that it lacks, and counts them', () => {
    const encoder = textEncoder('windows-1252');
    expect(encoder.encode(Buffer.from('ü東😀x\u0081')).toString('latin1')).toBe('ü??x?');
    expect(encoder.replaced).toBe(3);
    expect(encoder.encode(Buffer.from('plain')).toString()).toBe('plain');
    expect(encoder.encode(Buffer.from('Ω')).toString()).toBe('?');
    expect(encoder.replaced).toBe(4);
  });
});

describe('utf-16le', () => {
  it('holds every character, and says so at its beginning', () => {
    const encoder = textEncoder('utf-16le');
    const text = 'a,ü,東,😀\r\n';
    const file = Buffer.concat([encoder.byteOrderMark, encoder.encode(Buffer.from(text))]);
    expect(new TextDecoder('utf-16le').decode(file)).toBe(text);
    expect([...file.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x61, 0]);
    expect(encoder.replaced).toBe(0);
  });
});
