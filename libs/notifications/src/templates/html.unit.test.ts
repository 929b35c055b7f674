import { html } from './html';
import { shownText } from './shown-text';

it('escapes every value, also in attributes, and numbers as they are', () => {
  expect(html`<a title="${`"'&<>`}">${'<b>'} ${7}</a>`.text).toBe(
    '<a title="&quot;&#39;&amp;&lt;&gt;">&lt;b&gt; 7</a>',
  );
});
it('escapes nothing twice', () => {
  const item = html`<li>${'a & b'}</li>`;
  expect(
    html`<ul>
        ${[item, item]}
      </ul>
      ${item}`.text.replace(/>\s+</g, '><'),
  ).toBe('<ul><li>a &amp; b</li><li>a &amp; b</li></ul><li>a &amp; b</li>');
});

it.each([
  ['a\r\nb\u2028c\td', 'a b c d'],
  ['\u202Eabc\u202C \u2066x\u2069\u200F', 'abc x'],
  ['  a  ', 'a'],
  ['\ud800x', '\ufffdx'],
  ['x'.repeat(201), `${'x'.repeat(199)}…`],
  ['x'.repeat(200), 'x'.repeat(200)],
])('shows %j as %j', (written, shown) => expect(shownText(written)).toBe(shown));
