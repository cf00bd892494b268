-- Adds to the health of one source: counts per minute of arrival for an hour, and per hour in which events happened for eight days.
-- KEYS[1]  hash of the source: m<slot> = "minute accepted duplicates rejected delay timely", h<slot> = "hour happened", lastAt, lastReceived,
--          lastHeard, sample
-- ARGV     minute, accepted, duplicates, rejected, sum of delays (s), newest occurredAt (ms), newest arrival (ms), sample or '', accepted soon after
--          they happened, when it last spoke (ms), then pairs: hour, events that happened in it
local key, minute = KEYS[1], tonumber(ARGV[1])
local function words(text)
  local out = {}
  for word in string.gmatch(text or '', '%S+') do out[#out + 1] = tonumber(word) end
  return out
end
local slot = 'm' .. (minute % 60)
local now = words(redis.call('HGET', key, slot))
if now[1] ~= minute then now = { minute } end
for i, arg in ipairs({ 2, 3, 4, 5, 9 }) do now[i + 1] = (now[i + 1] or 0) + tonumber(ARGV[arg]) end
redis.call('HSET', key, slot, string.format('%d %d %d %d %d %d', unpack(now)))
for i = 11, #ARGV, 2 do
  local hour, happened = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local hourSlot = 'h' .. (hour % 192)
  local sum = words(redis.call('HGET', key, hourSlot))
  if sum[1] == nil or sum[1] < hour then sum = { hour, 0 } end
  if sum[1] == hour then redis.call('HSET', key, hourSlot, string.format('%d %d', hour, sum[2] + happened)) end
end
for field, arg in pairs({ lastAt = 6, lastReceived = 7, lastHeard = 10 }) do
  if tonumber(ARGV[arg]) > tonumber(redis.call('HGET', key, field) or '0') then redis.call('HSET', key, field, ARGV[arg]) end
end
if ARGV[8] ~= '' then redis.call('HSET', key, 'sample', ARGV[8]) end
return 1
