import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { signatureOf } from './signature';

it('is the one of RFC 2104 over time, full stop and body', async () => {
  // From `printf '1764115200.{"event":"report.completed"}' | openssl dgst -sha256 -hmac 'whsec-0123456789abcdef'`.
  expect(
    await signatureOf('whsec-0123456789abcdef', 1_764_115_200, [Buffer.from('{"event":"report.completed"}')]),
  ).toBe('t=1764115200,v1=0807bcc55a9aad2436ba37091adbd8dd5ec6081ebea4b9e5bdd4c25243cd1548');
});

it('does not depend on how the body is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array()), fc.string({ minLength: 1 }), fc.nat(), async (chunks, secret, at) => {
      const whole = Buffer.concat(chunks);
      const other = createHmac('sha256', secret).update(Buffer.concat([Buffer.from(`${at}.`), whole]));
      expect(await signatureOf(secret, at, chunks)).toBe(`t=${at},v1=${other.digest('hex')}`);
    }),
  );
});

it('changes with secret, time and body', async () => {
  const signed = await Promise.all([
    signatureOf('one', 1, [Buffer.from('body')]),
    signatureOf('two', 1, [Buffer.from('body')]),
    signatureOf('one', 2, [Buffer.from('body')]),
    signatureOf('one', 1, [Buffer.from('Body')]),
    // The full stop keeps time and body apart.
    signatureOf('one', 12, [Buffer.from('3.x')]),
    signatureOf('one', 1, [Buffer.from('23.x')]),
  ]);
  expect(new Set(signed.map((one) => one.split('v1=')[1])).size).toBe(signed.length);
});
