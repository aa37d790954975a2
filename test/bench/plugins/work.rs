//! Work of everyday kinds with Rust's own collections: sorting, counting words, building and splitting text.
use std::collections::{BTreeMap, HashMap};

fn next(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
    *seed >> 8
}

#[no_mangle]
pub extern "C" fn sorted(count: u32) -> u32 {
    let mut seed = count;
    let mut numbers: Vec<u32> = (0..count).map(|_| next(&mut seed)).collect();
    numbers.sort();
    numbers.iter().fold(0u32, |hash, number| hash.wrapping_mul(31).wrapping_add(*number))
}

#[no_mangle]
pub extern "C" fn words(count: u32) -> u32 {
    let mut seed = count;
    let text: String = (0..count).map(|_| format!("word{} ", next(&mut seed) % 500)).collect();
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts.len() as u32
}

#[no_mangle]
pub extern "C" fn ordered(count: u32) -> u32 {
    let mut seed = count;
    let mut map = BTreeMap::new();
    for i in 0..count {
        map.insert(next(&mut seed) % 5000, i);
    }
    map.values().fold(0u32, |sum, value| sum.wrapping_add(*value))
}

#[no_mangle]
pub extern "C" fn titles(count: u32) -> u32 {
    let lines: Vec<String> = (0..count).map(|i| format!("  line {} of the text  ", i)).collect();
    let joined = lines.iter().map(|line| line.trim().to_uppercase()).collect::<Vec<_>>().join("\n");
    joined.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(33).wrapping_add(byte as u32))
}
