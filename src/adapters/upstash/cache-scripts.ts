/** What the cache does on Redis in one question each. */

/**
 * KEYS: the entry, its lease, the tags of the value to be made. ARGV: now, the lease's milliseconds (0:
 * none is asked for), the holder. Gives the entry or nothing, whether the lease is the holder's, and the
 * tags' epochs. An entry is a head in JSON, a line break, and the value in base64; what is not so goes.
 */
export const TAKE_SCRIPT = `
local now, ms, holder = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local entry = redis.pcall('GET', KEYS[1])
local fresh, lease, epochs = false, 0, {}
if entry then
  local fine, head = pcall(function()
    return cjson.decode(string.sub(entry, 1, string.find(entry, '\\n', 1, true) - 1))
  end)
  if not fine or type(head) ~= 'table' or head.v ~= 1 or type(head.t) ~= 'table' then
    redis.call('DEL', KEYS[1])
    entry = false
  else
    local live = head.d > now
    for _, tag in ipairs(head.t) do
      if (redis.call('GET', tag[1]) or '0') ~= tag[2] then live = false end
    end
    if live then fresh = head.f > now else entry = false end
  end
end
if ms > 0 and not fresh then
  local held = redis.call('GET', KEYS[2])
  if not held or tonumber(string.sub(held, 1, 13)) <= now or string.sub(held, 14) == holder then
    redis.call('SET', KEYS[2], string.format('%013.0f', now + ms) .. holder, 'PX', ms)
    lease = 1
  end
end
for i = 3, #KEYS do epochs[i - 2] = redis.call('GET', KEYS[i]) or '0' end
return { entry or '', lease, epochs }
`;

/** KEYS: the lease. ARGV: the holder. */
export const RELEASE_SCRIPT = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 14) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** KEYS: tags. ARGV: for how many milliseconds their epochs are kept. */
export const INVALIDATE_SCRIPT = `
for _, tag in ipairs(KEYS) do
  redis.call('INCR', tag)
  redis.call('PEXPIRE', tag, ARGV[1])
end
return #KEYS
`;
