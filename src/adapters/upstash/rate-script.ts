/** The exact sliding log as a script: `src/core/rate/sliding-log.ts` says what it does. */
import { MAX_SET_BACK_MS } from '../../core/rate/sliding-log.ts';

/**
 * A log is one string: the total before its first entry in 15 digits, then for each entry the stamp in
 * 13 and the total up to it in 15. All keys are written when all pass. What is no log is an empty one:
 * a script that breaks would be taken for a Redis that does.
 */
export const RATE_SCRIPT = `#!lua flags=allow-key-locking
local BASE, STAMP, ENTRY, BACK = 15, 13, 28, ${MAX_SET_BACK_MS}
local consume, sent = ARGV[1] == '1', tonumber(ARGV[2])
local states, logs, pass = {}, {}, true
local function judge(s, i)
  local limit, window = tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  local cost, resolution = tonumber(ARGV[4 * i + 1]), tonumber(ARGV[4 * i + 2])
  if type(s) ~= 'string' or #s < BASE or (#s - BASE) % ENTRY ~= 0 then s = string.rep('0', BASE) end
  local n = (#s - BASE) / ENTRY
  local function at(k) return BASE + (k - 1) * ENTRY end
  local function stamp(k) return tonumber(string.sub(s, at(k) + 1, at(k) + STAMP)) end
  local function total(k)
    if k == 0 then return tonumber(string.sub(s, 1, BASE)) end
    return tonumber(string.sub(s, at(k) + STAMP + 1, at(k) + ENTRY))
  end
  if n > 0 and stamp(n) - sent > math.max(window, BACK) then
    s = string.sub(s, 1, BASE) .. string.format('%013.0f%015.0f', sent, total(n))
    n = 1
    redis.call('SET', KEYS[i], s, 'PX', window + resolution + 10000)
  end
  local now = sent
  if n > 0 then now = math.max(sent, stamp(n) - resolution + 1) end
  local gone, high = 0, n
  while gone < high do
    local mid = math.floor((gone + high + 1) / 2)
    if stamp(mid) <= now - window then gone = mid else high = mid - 1 end
  end
  local last = total(n)
  local used = last - total(gone)
  local free, wait, reset, ok = math.max(0, limit - used), 0, 0, 1
  if n > gone then reset = stamp(n) + window - now end
  if cost > limit - used then
    ok, wait = 0, window
    if cost <= limit then
      local low, wanted = gone + 1, last - (limit - cost)
      high = n
      while low < high do
        local mid = math.floor((low + high) / 2)
        if total(mid) >= wanted then high = mid else low = mid + 1 end
      end
      wait = stamp(low) + window - now
    end
  end
  local mark = math.ceil(now / resolution) * resolution
  local log
  if consume and cost > 0 then
    local keep = n
    if n > gone and stamp(n) == mark then keep = n - 1 end
    local base = total(gone)
    if gone == n then base, last = 0, 0 end
    local entry = string.format('%013.0f%015.0f', mark, last + cost)
    local rest = string.sub(s, at(gone + 1) + 1, at(keep + 1))
    log = { string.format('%015.0f', base) .. rest .. entry, window + resolution + 10000 }
  end
  return { ok, free, wait, reset, mark }, log
end
for i, key in ipairs(KEYS) do
  local fine, state, log = pcall(judge, redis.pcall('GET', key), i)
  if not fine then state, log = judge('', i) end
  states[i], logs[i] = state, log
  if state[1] == 0 then pass = false end
end
if consume and pass then
  for i, log in pairs(logs) do redis.call('SET', KEYS[i], log[1], 'PX', log[2]) end
end
return states
`;

/** `correct` of `src/core/rate/sliding-log.ts`, over one log of the same form. */
export const CORRECT_SCRIPT = `#!lua flags=allow-key-locking
local BASE, STAMP, ENTRY = 15, 13, 28
local now, window, resolution = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local stamp, cost, units = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local s = redis.pcall('GET', KEYS[1])
if type(s) ~= 'string' or #s < BASE or (#s - BASE) % ENTRY ~= 0 or string.find(s, '%D') then
  s = string.rep('0', BASE)
end
local base, last, latest, back = tonumber(string.sub(s, 1, BASE)), 0, 0, 0
last = base
local entries = {}
for at = BASE, #s - 1, ENTRY do
  latest = tonumber(string.sub(s, at + 1, at + STAMP))
  if latest == stamp then back = cost end
  last = tonumber(string.sub(s, at + STAMP + 1, at + ENTRY)) - back
  entries[#entries + 1] = string.format('%013.0f%015.0f', latest, last)
end
if #entries > 0 then now = math.max(now, latest - resolution + 1) end
local mark = math.ceil(now / resolution) * resolution
if mark == latest then entries[#entries] = nil end
entries[#entries + 1] = string.format('%013.0f%015.0f', mark, last + units)
local log = string.format('%015.0f', base) .. table.concat(entries)
redis.call('SET', KEYS[1], log, 'PX', window + resolution + 10000)
return 1
`;
