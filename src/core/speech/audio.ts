/** Audio in parts, joined without decoding: what of each part follows the one before it. */

export interface AudioPart {
  /** Where the part's own sound lies; what is around it belongs to the file that it was. */
  readonly start: number;
  readonly end: number;
  /** WAV: the bytes that say what the samples are. */
  readonly format?: Uint8Array;
}

interface Family {
  readonly contentType: string;
  readonly extension: string;
  /** Absent: files of it cannot follow one another. Undefined for one that is damaged. */
  readonly read?: (bytes: Uint8Array) => AudioPart | undefined;
}

const asItIs = (bytes: Uint8Array): AudioPart => ({ start: 0, end: bytes.length });

const FAMILIES: Readonly<Record<string, Family>> = {
  mp3: { contentType: 'audio/mpeg', extension: 'mp3', read: readMp3 },
  wav: { contentType: 'audio/wav', extension: 'wav', read: readWav },
  pcm: { contentType: 'audio/pcm', extension: 'pcm', read: asItIs },
  ulaw: { contentType: 'audio/basic', extension: 'ulaw', read: asItIs },
  alaw: { contentType: 'audio/x-alaw-basic', extension: 'alaw', read: asItIs },
  // ADTS frames, and Ogg's chained streams.
  aac: { contentType: 'audio/aac', extension: 'aac', read: asItIs },
  opus: { contentType: 'audio/ogg', extension: 'ogg', read: asItIs },
  ogg: { contentType: 'audio/ogg', extension: 'ogg', read: asItIs },
  flac: { contentType: 'audio/flac', extension: 'flac' },
};

/** `mp3_44100_128` is of the family `mp3`. */
export function audioFamily(format: string): Family {
  const [name = ''] = format.toLowerCase().split('_');
  const known = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  return known ?? { contentType: 'application/octet-stream', extension: 'bin' };
}

const ID3V2_HEADER = 10;
const ID3V1_SIZE = 128;

/** Without the tags, and without the frame that tells how long the file was. */
function readMp3(bytes: Uint8Array): AudioPart {
  let start = 0;
  while (isText(bytes, start, 'ID3') && start + ID3V2_HEADER <= bytes.length) {
    const size = [6, 7, 8, 9].reduce(
      (sum, at) => (sum << 7) | ((bytes[start + at] ?? 0) & 0x7f),
      0,
    );
    const footer = ((bytes[start + 5] ?? 0) & 0x10) === 0 ? 0 : ID3V2_HEADER;
    start = Math.min(bytes.length, start + ID3V2_HEADER + size + footer);
  }
  const frame = frameLength(bytes, start);
  if (frame > 0 && isInfoFrame(bytes.subarray(start, start + frame))) start += frame;
  const tag = bytes.length - ID3V1_SIZE;
  return { start, end: tag >= start && isText(bytes, tag, 'TAG') ? tag : bytes.length };
}

const RATES_V1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_V2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLES = [44_100, 48_000, 32_000];

/** Bytes of the layer III frame that begins there; 0: none does. ISO/IEC 11172-3 and 13818-3. */
function frameLength(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return 0;
  const version = (second >> 3) & 3;
  if (version === 1) return 0;
  const isV1 = version === 3;
  const rate = (isV1 ? RATES_V1 : RATES_V2)[third >> 4];
  const samples = SAMPLES[(third >> 2) & 3];
  if (rate === undefined || rate === 0 || samples === undefined) return 0;
  const divisor = isV1 ? 1 : version === 2 ? 2 : 4;
  const padding = (third >> 1) & 1;
  return Math.floor(((isV1 ? 144 : 72) * rate * 1000) / (samples / divisor)) + padding;
}

function isInfoFrame(frame: Uint8Array): boolean {
  for (let at = 4; at < Math.min(frame.length - 4, 64); at += 1)
    if (isText(frame, at, 'Xing') || isText(frame, at, 'Info')) return true;
  return isText(frame, 36, 'VBRI');
}

const CHUNK_HEADER = 8;

function readWav(bytes: Uint8Array): AudioPart | undefined {
  if (!isText(bytes, 0, 'RIFF') || !isText(bytes, 8, 'WAVE')) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Uint8Array | undefined;
  for (let at = 12; at + CHUNK_HEADER <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    // A stream that did not know its length says as much as it can.
    const end = Math.min(bytes.length, start + size);
    if (isText(bytes, at, 'fmt ')) format = bytes.slice(start, end);
    if (isText(bytes, at, 'data')) return format && { start, end, format };
    at = end + (size % 2);
  }
  return undefined;
}

/** What stands before `length` bytes of samples. */
export function wavHeader(format: Uint8Array, length: number): Uint8Array {
  const header = new Uint8Array(12 + CHUNK_HEADER + format.length + CHUNK_HEADER);
  const view = new DataView(header.buffer);
  const text = (at: number, name: string): void =>
    header.set(
      Array.from(name, (letter) => letter.charCodeAt(0)),
      at,
    );
  text(0, 'RIFF');
  view.setUint32(4, header.length - 8 + length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, format.length, true);
  header.set(format, 20);
  text(20 + format.length, 'data');
  view.setUint32(24 + format.length, length, true);
  return header;
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}
