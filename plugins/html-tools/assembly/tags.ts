/** What an element does to the text around it. Names are their first eight bytes, the first one lowest. */

/** Begins and ends a line. */
export const BREAK: u32 = 1;
/** An empty line before and after it. */
export const PARAGRAPH: u32 = 2;
/** A dash before it. */
export const ITEM: u32 = 4;
/** A space between it and the one before. */
export const CELL: u32 = 8;
/** Holds text alone, up to its end tag. */
export const RAW: u32 = 16;
/** Nothing of it is shown. */
export const SKIPPED: u32 = 32;
/** Its white space is kept. */
export const PRE: u32 = 64;
/** A line ends here. */
export const LINE: u32 = 128;

export const ANCHOR: u64 = 0x61;
export const BASE: u64 = 0x65736162;
export const TITLE: u64 = 0x656c746974;

/** By name; 0 for what only marks a part of a line. */
export function flagsOf(name: u64, size: usize): u32 {
  switch (<i32>size) {
    case 1:
      return flagsOf1(name);
    case 2:
      return flagsOf2(name);
    case 3:
      return flagsOf3(name);
    case 4:
      return flagsOf4(name);
    case 5:
      return flagsOf5(name);
    case 6:
      return flagsOf6(name);
    case 7:
      return flagsOf7(name);
    case 8:
      return flagsOf8(name);
    case 10:
      return flagsOf10(name);
    default:
      return 0;
  }
}

function flagsOf1(name: u64): u32 {
  // p
  if (name == 0x70) return PARAGRAPH;
  return 0;
}

function flagsOf2(name: u64): u32 {
  // h1
  if (name == 0x3168) return PARAGRAPH;
  // h2
  if (name == 0x3268) return PARAGRAPH;
  // h3
  if (name == 0x3368) return PARAGRAPH;
  // h4
  if (name == 0x3468) return PARAGRAPH;
  // h5
  if (name == 0x3568) return PARAGRAPH;
  // h6
  if (name == 0x3668) return PARAGRAPH;
  // ul
  if (name == 0x6c75) return PARAGRAPH;
  // ol
  if (name == 0x6c6f) return PARAGRAPH;
  // dl
  if (name == 0x6c64) return PARAGRAPH;
  // hr
  if (name == 0x7268) return PARAGRAPH;
  // tr
  if (name == 0x7274) return BREAK;
  // dt
  if (name == 0x7464) return BREAK;
  // dd
  if (name == 0x6464) return BREAK;
  // li
  if (name == 0x696c) return BREAK | ITEM;
  // td
  if (name == 0x6474) return CELL;
  // th
  if (name == 0x6874) return CELL;
  // br
  if (name == 0x7262) return LINE;
  return 0;
}

function flagsOf3(name: u64): u32 {
  // pre
  if (name == 0x657270) return PARAGRAPH | PRE;
  // nav
  if (name == 0x76616e) return PARAGRAPH;
  // div
  if (name == 0x766964) return BREAK;
  // xmp
  if (name == 0x706d78) return RAW | SKIPPED;
  return 0;
}

function flagsOf4(name: u64): u32 {
  // form
  if (name == 0x6d726f66) return PARAGRAPH;
  // main
  if (name == 0x6e69616d) return PARAGRAPH;
  // body
  if (name == 0x79646f62) return BREAK;
  // html
  if (name == 0x6c6d7468) return BREAK;
  // head
  if (name == 0x64616568) return BREAK;
  return 0;
}

function flagsOf5(name: u64): u32 {
  // table
  if (name == 0x656c626174) return PARAGRAPH;
  // aside
  if (name == 0x6564697361) return PARAGRAPH;
  // thead
  if (name == 0x6461656874) return BREAK;
  // tbody
  if (name == 0x79646f6274) return BREAK;
  // tfoot
  if (name == 0x746f6f6674) return BREAK;
  // style
  if (name == 0x656c797473) return RAW | SKIPPED;
  // title
  if (name == 0x656c746974) return RAW;
  return 0;
}

function flagsOf6(name: u64): u32 {
  // figure
  if (name == 0x657275676966) return PARAGRAPH;
  // header
  if (name == 0x726564616568) return PARAGRAPH;
  // footer
  if (name == 0x7265746f6f66) return PARAGRAPH;
  // option
  if (name == 0x6e6f6974706f) return BREAK;
  // legend
  if (name == 0x646e6567656c) return BREAK;
  // center
  if (name == 0x7265746e6563) return BREAK;
  // dialog
  if (name == 0x676f6c616964) return BREAK;
  // hgroup
  if (name == 0x70756f726768) return BREAK;
  // search
  if (name == 0x686372616573) return BREAK;
  // script
  if (name == 0x747069726373) return RAW | SKIPPED;
  // iframe
  if (name == 0x656d61726669) return RAW | SKIPPED;
  return 0;
}

function flagsOf7(name: u64): u32 {
  // address
  if (name == 0x73736572646461) return PARAGRAPH;
  // article
  if (name == 0x656c6369747261) return PARAGRAPH;
  // section
  if (name == 0x6e6f6974636573) return PARAGRAPH;
  // caption
  if (name == 0x6e6f6974706163) return BREAK;
  // details
  if (name == 0x736c6961746564) return BREAK;
  // summary
  if (name == 0x7972616d6d7573) return BREAK;
  // noembed
  if (name == 0x6465626d656f6e) return RAW | SKIPPED;
  return 0;
}

function flagsOf8(name: u64): u32 {
  // fieldset
  if (name == 0x746573646c656966) return PARAGRAPH;
  // noframes
  if (name == 0x73656d6172666f6e) return RAW | SKIPPED;
  // noscript
  if (name == 0x7470697263736f6e) return RAW | SKIPPED;
  // template
  if (name == 0x6574616c706d6574) return RAW | SKIPPED;
  // textarea
  if (name == 0x6165726174786574) return BREAK | RAW;
  return 0;
}

function flagsOf10(name: u64): u32 {
  // blockquote
  if (name == 0x6f75716b636f6c62) return PARAGRAPH;
  // figcaption
  if (name == 0x6974706163676966) return BREAK;
  return 0;
}
