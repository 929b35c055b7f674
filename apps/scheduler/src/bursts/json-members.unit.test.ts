import fc from 'fast-check';
import { jsonMembers } from './json-members';

it('keeps numbers as the line has them, and texts without their quotes', () => {
  const line =
    '{"id":9007199254740993,"fare":12.50,"tiny":1e-7,"name":"a \\"b\\" {c}, d:\\u00e9","none":null,"yes":true}';
  expect(Object.fromEntries(jsonMembers(line))).toEqual({
    ...{ id: '9007199254740993', fare: '12.50', tiny: '1e-7', name: 'a "b" {c}, d:é', none: null, yes: 'true' },
  });
});

it('keeps documents, with each number as it is', () => {
  const line = '{"a" : {"b":[1.50,{"c":"}"}],"d":null} , "e":[ ],"f":{}}';
  expect(Object.fromEntries(jsonMembers(line))).toEqual({ a: '{"b":[1.50,{"c":"}"}],"d":null}', e: '[]', f: '{}' });
});

it('reads any object as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (any) => {
      const line = JSON.stringify(any);
      const object = JSON.parse(line) as Record<string, unknown>;
      const members = jsonMembers(line);
      expect([...members.keys()]).toEqual(Object.keys(object));
      for (const [name, value] of Object.entries(object)) {
        const text = members.get(name) ?? 'null';
        expect(typeof value === 'string' ? text : JSON.parse(text)).toEqual(value);
      }
    }),
  );
});

it.each(['', '[1]', '3', 'null', '{"a":1', '{"a":1}{"b":2}', '{a:1}'])('takes no %j', (line) => {
  expect(() => jsonMembers(line)).toThrow(SyntaxError);
});
