//! The host functions that a plugin may import, and what moves bytes to and from them. No crate is needed.
#![allow(dead_code)]

#[link(wasm_import_module = "extism:host/env")]
extern "C" {
    fn input_length() -> u64;
    fn input_load_u8(at: u64) -> u32;
    fn input_load_u64(at: u64) -> u64;
    fn alloc(size: u64) -> u64;
    fn length(block: u64) -> u64;
    fn load_u8(at: u64) -> u32;
    fn load_u64(at: u64) -> u64;
    fn store_u8(at: u64, byte: u32);
    fn store_u64(at: u64, word: u64);
    fn output_set(block: u64, size: u64);
    fn error_set(message: u64);
    fn config_get(key: u64) -> u64;
    fn var_get(key: u64) -> u64;
    fn var_set(key: u64, value: u64);
    fn http_request(request: u64, body: u64) -> u64;
    fn http_status_code() -> i32;
    fn http_headers() -> u64;
    fn log_debug(message: u64);
    fn log_info(message: u64);
    fn log_warn(message: u64);
    fn log_error(message: u64);
}

pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

pub fn input() -> Vec<u8> {
    let size = unsafe { input_length() };
    read(size, |at| unsafe { input_load_u64(at) }, |at| unsafe { input_load_u8(at) })
}

pub fn output(bytes: &[u8]) {
    unsafe { output_set(store(bytes), bytes.len() as u64) }
}

/// Ends a function with an error: `return fail("…");`
pub fn fail(message: &str) -> i32 {
    unsafe { error_set(store(message.as_bytes())) };
    1
}

pub fn config(key: &str) -> Option<String> {
    let value = load(unsafe { config_get(store(key.as_bytes())) })?;
    String::from_utf8(value).ok()
}

pub fn var(key: &str) -> Option<Vec<u8>> {
    load(unsafe { var_get(store(key.as_bytes())) })
}

pub fn set_var(key: &str, value: &[u8]) {
    unsafe { var_set(store(key.as_bytes()), store(value)) }
}

pub fn remove_var(key: &str) {
    unsafe { var_set(store(key.as_bytes()), 0) }
}

pub fn log(level: Level, message: &str) {
    let block = store(message.as_bytes());
    unsafe {
        match level {
            Level::Debug => log_debug(block),
            Level::Info => log_info(block),
            Level::Warn => log_warn(block),
            Level::Error => log_error(block),
        }
    }
}

pub struct Response {
    pub status: i32,
    /// As JSON, names in lower case.
    pub headers: Vec<u8>,
    pub body: Vec<u8>,
}

/// `request` is JSON: `{"url": …, "method": …, "headers": {…}}`.
pub fn http(request: &str, body: Option<&[u8]>) -> Response {
    let block = unsafe { http_request(store(request.as_bytes()), body.map_or(0, store)) };
    Response {
        status: unsafe { http_status_code() },
        headers: load(unsafe { http_headers() }).unwrap_or_default(),
        body: load(block).unwrap_or_default(),
    }
}

fn store(bytes: &[u8]) -> u64 {
    let block = unsafe { alloc(bytes.len() as u64) };
    let mut at = block;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let mut eight = [0; 8];
        eight.copy_from_slice(word);
        unsafe { store_u64(at, u64::from_le_bytes(eight)) };
        at += 8;
    }
    for byte in words.remainder() {
        unsafe { store_u8(at, u32::from(*byte)) };
        at += 1;
    }
    block
}

fn load(block: u64) -> Option<Vec<u8>> {
    if block == 0 {
        return None;
    }
    let size = unsafe { length(block) };
    Some(read(size, |at| unsafe { load_u64(block + at) }, |at| unsafe { load_u8(block + at) }))
}

fn read(size: u64, word: impl Fn(u64) -> u64, byte: impl Fn(u64) -> u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size as usize);
    let mut at = 0;
    while at + 8 <= size {
        bytes.extend_from_slice(&word(at).to_le_bytes());
        at += 8;
    }
    while at < size {
        bytes.push(byte(at) as u8);
        at += 1;
    }
    bytes
}
