/** What the cache does on Redis in one question each. Whatever stands under a key breaks none of it. */

/** Longer than any entry lives. */
const TAG_MS = 31 * 24 * 60 * 60 * 1000;

/**
 * The epoch of a tag is the time at which it was first seen, or last invalidated. Where one was lost, the
 * next is another one, so nothing that was made under the lost one comes back.
 */
const EPOCHS = `
local function epochOf(held)
  if type(held) == 'string' and #held <= 15 and string.find(held, '^%d+$') then return held end
end
local function touch(tag, now)
  local held = epochOf(redis.pcall('GETEX', tag, 'PX', ${TAG_MS}))
  if held then return held end
  local epoch = string.format('%.0f', now)
  redis.call('SET', tag, epoch, 'PX', ${TAG_MS})
  return epoch
end
`;

const LEASES = `
local function holderOf(held)
  if type(held) ~= 'string' then return nil, 0 end
  return string.sub(held, 14), tonumber(string.sub(held, 1, 13)) or 0
end
`;

/**
 * KEYS: the entry, its lease, the tags of the value to be made. ARGV: now, the lease's milliseconds (0:
 * none is asked for), the holder. Gives the entry or nothing, whether the lease is the holder's, and then
 * the tags' epochs. An entry is a head in JSON, a line break, and the value in base64; what is not so goes.
 */
export const TAKE_SCRIPT = `${EPOCHS}${LEASES}
local now, ms, holder = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local LONGEST = 3600000
local entry = redis.pcall('GET', KEYS[1])
local fresh, lease, epochs = false, 0, {}
if entry then
  local fine, live, young = pcall(function()
    local head = cjson.decode(string.sub(entry, 1, string.find(entry, '\\n', 1, true) - 1))
    if head.v ~= 1 or type(head.t) ~= 'table' then error('another release') end
    local isLive, isFresh = head.d > now, head.f > now
    for _, tag in ipairs(head.t) do
      if type(tag[1]) ~= 'string' or type(tag[2]) ~= 'string' then error('no tag') end
      if redis.pcall('GET', tag[1]) ~= tag[2] then isLive = false end
    end
    return isLive, isFresh
  end)
  if not fine then redis.call('DEL', KEYS[1]) end
  if fine and live then fresh = young else entry = false end
end
if ms > 0 and not fresh then
  local other, ends = holderOf(redis.pcall('GET', KEYS[2]))
  if other == nil or ends <= now or ends > now + LONGEST or other == holder then
    redis.call('SET', KEYS[2], string.format('%013.0f', now + ms) .. holder, 'PX', ms)
    lease = 1
    for i = 3, #KEYS do epochs[i - 2] = touch(KEYS[i], now) end
  end
end
return { entry or '', lease, epochs }
`;

/** KEYS: the lease. ARGV: the holder. */
export const RELEASE_SCRIPT = `${LEASES}
if holderOf(redis.pcall('GET', KEYS[1])) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** KEYS: tags. ARGV: now. Gives their epochs. */
export const EPOCHS_SCRIPT = `${EPOCHS}
local epochs = {}
for i, tag in ipairs(KEYS) do epochs[i] = touch(tag, tonumber(ARGV[1])) end
return epochs
`;

/** KEYS: tags. ARGV: now. */
export const INVALIDATE_SCRIPT = `${EPOCHS}
for _, tag in ipairs(KEYS) do
  local held = epochOf(redis.pcall('GET', tag))
  local epoch = math.max(tonumber(ARGV[1]), (tonumber(held) or 0) + 1)
  redis.call('SET', tag, string.format('%.0f', epoch), 'PX', ${TAG_MS})
end
return #KEYS
`;
