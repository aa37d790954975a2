/** Times as text, in UTC, by the directives of strftime. */
import { charge, templateError, type Runtime } from './runtime.ts';
import { kindOf, type Value } from './value.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAY_MS = 86_400_000;

/** `value` is an ISO 8601 text or seconds since 1970; a time without a zone is in UTC. */
export function formatTime(runtime: Runtime, value: Value, format: string): string {
  const ms = parseTime(value);
  if (ms === undefined) throw templateError(runtime, `expected a time, not ${kindOf(value)}`);
  if (format.length > 1000) throw templateError(runtime, 'the format of a time is too long');
  charge(runtime, format.length);
  return format.replace(/%([-#]?)([a-zA-Z%])/g, (whole, flag: string, directive: string) => {
    const text = expand(directive, new Date(ms));
    if (text === undefined) throw templateError(runtime, `cannot format a time with "${whole}"`);
    return flag === '' ? text : text.replace(/^0+(?=\d)/, '');
  });
}

function parseTime(value: Value): number | undefined {
  let ms = Number.NaN;
  if (typeof value === 'number') ms = value * 1000;
  if (typeof value === 'string' && value.length < 64) {
    const match =
      /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:[.,]\d+)?)?\s*(Z|[-+]\d\d:?\d\d)?)?$/i.exec(
        value.trim(),
      );
    const [, day = '', time = '00:00', seconds = ':00', zone = 'Z'] = match ?? [];
    const offset = /^[-+]\d{4}$/.test(zone)
      ? `${zone.slice(0, 3)}:${zone.slice(3)}`
      : zone.toUpperCase();
    if (match !== null) ms = Date.parse(`${day}T${time}${seconds.replace(',', '.')}${offset}`);
  }
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

function expand(directive: string, time: Date): string | undefined {
  const year = time.getUTCFullYear();
  const month = time.getUTCMonth();
  const hour = time.getUTCHours();
  const weekday = time.getUTCDay();
  const dayOfYear = Math.floor((time.getTime() - Date.UTC(year, 0, 1)) / DAY_MS);
  switch (directive) {
    case 'Y':
      return String(year).padStart(4, '0');
    case 'y':
      return two(year % 100);
    case 'm':
      return two(month + 1);
    case 'd':
      return two(time.getUTCDate());
    case 'e':
      return String(time.getUTCDate()).padStart(2);
    case 'H':
      return two(hour);
    case 'I':
      return two(hour % 12 || 12);
    case 'M':
      return two(time.getUTCMinutes());
    case 'S':
      return two(time.getUTCSeconds());
    case 'f':
      return `${String(time.getUTCMilliseconds()).padStart(3, '0')}000`;
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'A':
      return DAYS[weekday];
    case 'a':
      return DAYS[weekday]?.slice(0, 3);
    case 'B':
      return MONTHS[month];
    case 'b':
    case 'h':
      return MONTHS[month]?.slice(0, 3);
    case 'j':
      return String(dayOfYear + 1).padStart(3, '0');
    case 'w':
      return String(weekday);
    case 'u':
      return String(weekday || 7);
    case 'U':
      return two(Math.floor((dayOfYear + 7 - weekday) / 7));
    case 'W':
      return two(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7));
    case 'G':
      return String(isoWeek(time).year);
    case 'g':
      return two(isoWeek(time).year % 100);
    case 'V':
      return two(isoWeek(time).week);
    case 'C':
      return two(Math.floor(year / 100));
    case 'k':
      return String(hour).padStart(2);
    case 'l':
      return String(hour % 12 || 12).padStart(2);
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 's':
      return String(Math.floor(time.getTime() / 1000));
    case 'z':
      return '+0000';
    case 'Z':
      return 'UTC';
    case '%':
      return '%';
    default:
      return expandCompound(directive, time);
  }
}

/** The week of ISO 8601, and the year that it belongs to: that of its Thursday. */
function isoWeek(time: Date): { readonly year: number; readonly week: number } {
  const weekday = time.getUTCDay() || 7;
  const thursday = new Date(time.getTime() + (4 - weekday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const days = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS);
  return { year, week: Math.floor(days / 7) + 1 };
}

function expandCompound(directive: string, time: Date): string | undefined {
  const parts: Readonly<Record<string, readonly string[]>> = {
    F: ['Y', '-', 'm', '-', 'd'],
    D: ['m', '/', 'd', '/', 'y'],
    x: ['m', '/', 'd', '/', 'y'],
    T: ['H', ':', 'M', ':', 'S'],
    X: ['H', ':', 'M', ':', 'S'],
    R: ['H', ':', 'M'],
    r: ['I', ':', 'M', ':', 'S', ' ', 'p'],
    c: ['a', ' ', 'b', ' ', 'e', ' ', 'H', ':', 'M', ':', 'S', ' ', 'Y'],
  };
  const wanted = Object.hasOwn(parts, directive) ? parts[directive] : undefined;
  return wanted?.map((part) => (/[a-zA-Z]/.test(part) ? expand(part, time) : part)).join('');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
