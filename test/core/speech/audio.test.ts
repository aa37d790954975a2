/** Audio in parts: what of a file is its sound. */
import { describe, expect, it } from 'vitest';
import { audioFamily, wavHeader } from '../../../src/core/speech/audio.ts';

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const PCM = Uint8Array.of(1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0);

/** MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes. */
function frame(inside: string, at: number): number[] {
  const bytes = Array.from({ length: 417 }, () => 0x55);
  bytes.splice(0, 4, 0xff, 0xfb, 0x90, 0x00);
  bytes.splice(at, inside.length, ...ascii(inside));
  return bytes;
}

const soundOf = (format: string, bytes: readonly number[]) => {
  const all = Uint8Array.from(bytes);
  const part = audioFamily(format).read?.(all);
  return part && [...all.subarray(part.start, part.end)];
};

describe('audioFamily()', () => {
  it.each([
    ['mp3', 'audio/mpeg', 'mp3'],
    ['mp3_44100_128', 'audio/mpeg', 'mp3'],
    ['WAV', 'audio/wav', 'wav'],
    ['pcm_16000', 'audio/pcm', 'pcm'],
    ['opus_48000_32', 'audio/ogg', 'ogg'],
    ['flac', 'audio/flac', 'flac'],
    ['constructor', 'application/octet-stream', 'bin'],
    ['__proto___1', 'application/octet-stream', 'bin'],
  ])('knows %s', (format, contentType, extension) => {
    expect(audioFamily(format)).toMatchObject({ contentType, extension });
  });

  it.each(['flac', 'toString', ''])('says that %j cannot be joined', (format) => {
    expect(audioFamily(format).read).toBeUndefined();
  });
});

describe('a part of mp3', () => {
  const id3 = [...ascii('ID3'), 4, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5];
  const sound = frame('sound', 200);

  it.each([
    ['a tag before it', [...id3, ...sound], sound],
    ['two tags before it', [...id3, ...id3, ...sound], sound],
    ['a frame that tells the length', [...frame('Xing', 36), ...sound], sound],
    ['the same of constant rate, behind a tag', [...id3, ...frame('Info', 21), ...sound], sound],
    ['an old tag behind it', [...sound, ...ascii('TAG'), ...Array<number>(125).fill(0)], sound],
    ['nothing around it', sound, sound],
    ['no frame at all', [1, 2, 3], [1, 2, 3]],
    ['a tag longer than the file', [...ascii('ID3'), 4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f, 9], []],
    ['nothing in it', [], []],
  ])('is without %s', (_what, bytes, expected) => {
    expect(soundOf('mp3', bytes)).toEqual(expected);
  });
});

describe('a part of wav', () => {
  const wav = [...wavHeader(PCM, 4), 9, 8, 7, 6];

  it('is its samples', () => {
    expect(soundOf('wav', wav)).toEqual([9, 8, 7, 6]);
  });

  it('may have other chunks before them', () => {
    const list = [...ascii('LIST'), 3, 0, 0, 0, 1, 2, 3, 0];
    expect(soundOf('wav', [...wav.slice(0, 36), ...list, ...wav.slice(36)])).toEqual([9, 8, 7, 6]);
  });

  it('ends with the file when its length was not known', () => {
    const streamed = wav.with(40, 0xff).with(41, 0xff).with(42, 0xff).with(43, 0xff);
    expect(soundOf('wav', streamed)).toEqual([9, 8, 7, 6]);
  });

  it.each([
    ['no RIFF', [1, 2, 3]],
    ['no format', [...wav.slice(0, 12), ...wav.slice(36)]],
    ['no samples', wav.slice(0, 36)],
  ])('is none with %s', (_what, bytes) => {
    expect(soundOf('wav', bytes)).toBeUndefined();
  });

  it('gets back the header that a file of all parts needs', () => {
    const view = new DataView(wavHeader(PCM, 1_000).buffer);
    expect([view.getUint32(4, true), view.getUint32(40, true), view.byteLength]).toEqual([
      1_036, 1_000, 44,
    ]);
  });
});
