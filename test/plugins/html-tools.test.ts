/** HTML as it is found: what a reader would see, and where it leads. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';
import { measure } from './measure.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('html-tools');
}, 60_000);

const text = async (html: string) => (await plugin.call('to_text', { html }))['text'];
const title = async (html: string) => (await plugin.call('to_text', { html }))['title'];
const links = async (html: string, more = {}) =>
  (await plugin.call('links', { html, ...more }))['links'];

describe('to_text', () => {
  it.each([
    ['plain   text\n\t here', 'plain text here'],
    ['  <p> one </p>  <p>two</p> ', 'one\n\ntwo'],
    ['<div>a<div>b</div></div>c', 'a\nb\nc'],
    ['a<br>b<br><br>c<br/>', 'a\nb\n\nc'],
    ['<h1>A</h1>b<h2>C</h2>', 'A\n\nb\n\nC'],
    ['<ul><li>a<ul><li>b</ul><li>c</ul>d', '- a\n\n- b\n\n- c\n\nd'],
    ['<table><tr><th>a<th>b<tr><td>1</td><td>2</td></tr></table>', 'a b\n1 2'],
    ['<pre>\n  a\n\n   b  </pre>c', '\n  a\n\n   b  \n\nc'],
    ['in<b>li</b>ne<i> or </i>not', 'inline or not'],
    ['<textarea><b>x</b></textarea>', '<b>x</b>'],
  ])('lays out %j', async (html, wanted) => {
    expect(await text(html)).toBe(wanted);
  });

  it.each([
    ['<script>if (a < b) document.write("<p>x</p>")</script>', ''],
    ['<style>a > b { }</style>x', 'x'],
    ['<SCRIPT>x</Script >y', 'y'],
    ['<script></scripty>x</script>y', 'y'],
    ['<script>never ends', ''],
    ['<noscript>a</noscript><iframe>b</iframe><template>c</template>d', 'd'],
    ['a<!-- <p>b</p> -->c<!-->d<!--->e<!-- x --!>f<!-- never ends', 'acdef'],
    ['<!DOCTYPE html><?php echo 1 ?>x</>y', 'xy'],
    ['<a title="x > y">z</a>', 'z'],
    ["<a title='<b>'>z</a>", 'z'],
    ['<a title=">never ends', ''],
    ['<p', ''],
    ['a < b, c <3 <', 'a < b, c <3 <'],
    ['<svg><path d="M0"/></svg>x', 'x'],
  ])('leaves out of %j what is not shown', async (html, wanted) => {
    expect(await text(html)).toBe(wanted);
  });

  it.each([
    ['&lt;b&gt; &amp;amp; &quot;&apos;&nbsp;x', '<b> &amp; "\'\u00a0x'],
    ['&eacute;&Eacute;&alpha;&hellip;&euro;&thetasym;', 'éÉα…€ϑ'],
    ['&#233;&#xe9;&#XE9;&#x1F600;', 'ééé😀'],
    ['&amp &copy 2 &hellip x', '& © 2 &hellip x'],
    ['&#0;&#xD800;&#x110000;&#99999999999;', '\ufffd\ufffd\ufffd\ufffd'],
    ['&#128;&#150;&#1;', '€– '],
    ['& &; &#; &#x; &unknown; &toolongname;', '& &; &#; &#x; &unknown; &toolongname;'],
  ])('reads the references of %j', async (html, wanted) => {
    expect(await text(html)).toBe(wanted);
  });

  it('gives the first title', async () => {
    expect(await title('<title> A &amp;\n <b>B </title><title>C</title>')).toBe('A & <b>B');
    expect(await title('<title></title>')).toBe('');
    expect(await title('<svg>x</svg>')).toBeNull();
    expect(await text('<head><title>A</title></head>b')).toBe('b');
  });

  it('keeps any text as it is that holds no markup', async () => {
    const words = '漢字 👩‍👩‍👧 e\u0301 \u202e';
    expect(await text(words)).toBe(words);
  });
});

describe('links', () => {
  it.each([
    ['<a href="a">x</a>', [{ href: 'a', text: 'x' }]],
    ["<A HREF='a'>x", [{ href: 'a', text: 'x' }]],
    ['<a class=b href=a/b?c=d#e>x</a>', [{ href: 'a/b?c=d#e', text: 'x' }]],
    ['<a href = " a " >x</a>', [{ href: 'a', text: 'x' }]],
    ['<a href="?a&amp;b=&lt;">x</a>', [{ href: '?a&b=<', text: 'x' }]],
    [
      '<a href=a>x<a href=b>y',
      [
        { href: 'a', text: 'x' },
        { href: 'b', text: 'y' },
      ],
    ],
    ['<a href=a><p>x</p><p> y</p><script>z</script></a>', [{ href: 'a', text: 'x\n\ny' }]],
    [
      '<a href>x</a><a href="">y</a>',
      [
        { href: '', text: 'x' },
        { href: '', text: 'y' },
      ],
    ],
    ['<a hreflang=b data-href=c>x</a><abbr href=d>y</abbr>', []],
    ['<!-- <a href=a>x</a> --><script>"<a href=b>"</script>', []],
    ['<a href=javascript:alert(1)>x</a>', [{ href: 'javascript:alert(1)', text: 'x' }]],
  ])('of %j', async (html, wanted) => {
    expect(await links(html)).toEqual(wanted);
  });

  it('lists so many and counts all', async () => {
    const html = '<a href=a>x</a>'.repeat(1_500);
    expect(await links(html)).toHaveLength(1_000);
    expect(await plugin.call('links', { html, limit: 2 })).toMatchObject({ count: 1_500 });
    for (const limit of [0, 10_001, 1.5, '3']) {
      expect(await plugin.refusal('links', JSON.stringify({ html, limit }))).toContain('"limit"');
    }
  });

  it('says what relative addresses are relative to', async () => {
    expect(await plugin.call('links', { html: '<base target=x><base href="/a/">' })).toEqual({
      base: '/a/',
      links: [],
      count: 0,
    });
  });
});

describe('hostile HTML', () => {
  const HOSTILE = [
    '<',
    '&',
    '</',
    '<a ',
    '<a b="',
    '<a href=x>',
    '<!--',
    '<!-',
    '<script></scrip',
    '<pre> ',
    '<title>',
    '<li>',
    '</p>',
    '&#x',
    '&lt',
    '<a href=&amp;',
    '<b><i><u>',
    '\u0000',
  ];

  it.each(HOSTILE)('takes time as %j is long, and never traps', async (piece) => {
    for (const id of ['to_text', 'links']) {
      const fuelOf = async (size: number) => {
        const html = piece.repeat(Math.ceil(size / piece.length));
        const { code, fuel } = await measure(plugin.bytes, id, JSON.stringify({ html }));
        expect(code).toBe(0);
        return fuel;
      };
      const [small, large] = [await fuelOf(50_000), await fuelOf(200_000)];
      expect(large / small, id).toBeLessThan(4.5);
    }
  });
});
