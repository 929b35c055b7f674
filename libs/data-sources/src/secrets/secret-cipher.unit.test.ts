import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { EncryptionKeyMissing, SecretCipher } from './secret-cipher';

const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const UNREADABLE = expect.objectContaining({ code: 'data_source.secret_unreadable' }) as Error;
const cipher = new SecretCipher([NEW]);

it('opens what it sealed, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uuid(), (secret, owner) => {
      expect(cipher.open(cipher.seal(secret, owner), owner)).toBe(secret);
    }),
  );
});

it('never seals the same way twice', () => {
  const [one, other] = [cipher.seal('secret', 'a'), cipher.seal('secret', 'a')];
  expect(one.nonce).toHaveLength(12);
  expect(one.nonce).not.toEqual(other.nonce);
  expect(one.ciphertext).not.toEqual(other.ciphertext);
  expect(one.ciphertext.includes('secret')).toBe(false);
});

it('does not open for another owner', () => {
  expect(() => cipher.open(cipher.seal('secret', 'a'), 'b')).toThrow(UNREADABLE);
});

it('does not open what was changed by a byte, or cut', () => {
  const sealed = cipher.seal('secret', 'a');
  fc.assert(
    fc.property(fc.nat({ max: sealed.ciphertext.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const ciphertext = Buffer.from(sealed.ciphertext);
      ciphertext[place] = (ciphertext[place] ?? 0) ^ change;
      expect(() => cipher.open({ ...sealed, ciphertext }, 'a')).toThrow(UNREADABLE);
      expect(() => cipher.open({ ...sealed, ciphertext: ciphertext.subarray(0, place) }, 'a')).toThrow(UNREADABLE);
    }),
  );
});

it('seals with the first key and opens with each', () => {
  const before = new SecretCipher([OLD]).seal('secret', 'a');
  const rotated = new SecretCipher([NEW, OLD]);
  expect(rotated.open(before, 'a')).toBe('secret');
  const after = rotated.seal('secret', 'a');
  expect(after.keyId).not.toBe(before.keyId);
  expect(new SecretCipher([NEW]).open(after, 'a')).toBe('secret');
  expect(() => new SecretCipher([NEW]).open(before, 'a')).toThrow(`lacks its key ${before.keyId}`);
});

it('seals nothing without a key', () => {
  expect(() => new SecretCipher([]).seal('secret', 'a')).toThrow(EncryptionKeyMissing);
});
