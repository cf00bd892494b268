-- Adds to the health of one source: counts per minute for an hour, per hour for eight days.
-- KEYS[1]  hash of the source: m<slot> = "minute accepted duplicates rejected delay", h<slot> = "hour accepted", lastAt, lastReceived, sample
-- ARGV     minute, accepted, duplicates, rejected, sum of delays (s), newest occurredAt (ms), newest arrival (ms), sample or ''
local key, minute = KEYS[1], tonumber(ARGV[1])
local function words(text)
  local out = {}
  for word in string.gmatch(text or '', '%S+') do out[#out + 1] = tonumber(word) end
  return out
end
local slot = 'm' .. (minute % 60)
local now = words(redis.call('HGET', key, slot))
if now[1] ~= minute then now = { minute, 0, 0, 0, 0 } end
for i = 2, 5 do now[i] = now[i] + tonumber(ARGV[i]) end
redis.call('HSET', key, slot, string.format('%d %d %d %d %d', unpack(now)))
local hour = math.floor(minute / 60)
local hourSlot = 'h' .. (hour % 192)
local sum = words(redis.call('HGET', key, hourSlot))
if sum[1] ~= hour then sum = { hour, 0 } end
redis.call('HSET', key, hourSlot, string.format('%d %d', hour, sum[2] + tonumber(ARGV[2])))
for i, field in ipairs({ 'lastAt', 'lastReceived' }) do
  local value = tonumber(ARGV[5 + i])
  if value > tonumber(redis.call('HGET', key, field) or '0') then redis.call('HSET', key, field, ARGV[5 + i]) end
end
if ARGV[8] ~= '' then redis.call('HSET', key, 'sample', ARGV[8]) end
return 1
