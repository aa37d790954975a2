//! Counts the vowels of a text.
mod extism;

#[no_mangle]
pub extern "C" fn count_vowels() -> i32 {
    let text = match String::from_utf8(extism::input()) {
        Ok(text) => text,
        Err(_) => return extism::fail("Cannot count vowels: the input is not UTF-8"),
    };
    let count = text.chars().filter(|each| "aeiouAEIOU".contains(*each)).count();
    extism::output(format!("{{\"count\":{}}}", count).as_bytes());
    0
}
