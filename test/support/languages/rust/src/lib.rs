//! What the modules of Extism's own corpus do, in Rust: the same host functions, used the same way.
mod extism;

use extism::Level;

fn number(bytes: Option<Vec<u8>>) -> u64 {
    let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
    text.parse().unwrap_or(0)
}

#[no_mangle]
pub extern "C" fn count_vowels() -> i32 {
    let vowels = extism::config("vowels").unwrap_or_else(|| String::from("aeiouAEIOU"));
    let input = String::from_utf8(extism::input()).unwrap_or_default();
    let count = input.chars().filter(|each| vowels.contains(*each)).count() as u64;
    let total = number(extism::var("total")) + count;
    extism::set_var("total", total.to_string().as_bytes());
    let kept = number(extism::var("total"));
    let answer = format!(
        "{{\"count\":{},\"total\":{},\"vowels\":\"{}\"}}",
        count, kept, vowels
    );
    extism::output(answer.as_bytes());
    0
}

#[no_mangle]
pub extern "C" fn hello() -> i32 {
    extism::output(b"Hello, world!");
    0
}

#[no_mangle]
pub extern "C" fn setting() -> i32 {
    let key = String::from_utf8(extism::input()).unwrap_or_default();
    let value = extism::config(&key).unwrap_or_default();
    extism::output(format!("setting: {}", value).as_bytes());
    0
}

#[no_mangle]
pub extern "C" fn fail() -> i32 {
    extism::fail("Some error message")
}

#[no_mangle]
pub extern "C" fn log_all() -> i32 {
    extism::log(Level::Debug, "this is a debug log");
    extism::log(Level::Info, "this is an info log");
    extism::log(Level::Warn, "this is a warn log");
    extism::log(Level::Error, "this is an error log");
    0
}

#[no_mangle]
pub extern "C" fn variables() -> i32 {
    let mut out = extism::var("a").unwrap_or_default();
    extism::set_var("a", &extism::input());
    out.push(b'<');
    out.extend(extism::var("a").unwrap_or_default());
    out.push(b'>');
    extism::remove_var("a");
    out.extend(extism::var("a").unwrap_or_default());
    extism::output(&out);
    0
}

#[no_mangle]
pub extern "C" fn echo() -> i32 {
    extism::output(&extism::input());
    0
}

#[no_mangle]
pub extern "C" fn http_get() -> i32 {
    let request = String::from_utf8(extism::input()).unwrap_or_default();
    let response = extism::http(&request, None);
    let mut out = format!("{} ", response.status).into_bytes();
    out.extend(response.body);
    extism::output(&out);
    0
}

#[no_mangle]
pub extern "C" fn loop_forever() -> i32 {
    let mut turns: u32 = 0;
    loop {
        let next = turns.wrapping_add(1);
        // Else the compiler would see that nobody looks.
        unsafe { std::ptr::write_volatile(&mut turns, next) };
    }
}
