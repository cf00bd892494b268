-- Keeps refused events, each once, and makes room by dropping the oldest.
-- KEYS[1]  {q}        stream of refused events
-- KEYS[2]  {q}:stat   hash: bytes, again, dropped
-- KEYS[3]  {q}:seen   hash: digest -> stream id
-- KEYS[4]  {q}:groups hash: source NUL field NUL code -> number kept
-- ARGV[1]  most entries; ARGV[2] most bytes
-- ARGV[3..] per event: digest, group, bytes, number of words, then the words: field, value, field, value, ...
-- Reply    number of events kept that were not there before
local kept, at = 0, 3
while at <= #ARGV do
  local digest, group, bytes, words = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  if redis.call('HEXISTS', KEYS[3], digest) == 1 then
    redis.call('HINCRBY', KEYS[2], 'again', 1)
  else
    local entry = { 'XADD', KEYS[1], '*', 'digest', digest, 'group', group, 'bytes', bytes }
    for i = 1, words do entry[#entry + 1] = ARGV[at + 3 + i] end
    redis.call('HSET', KEYS[3], digest, redis.call(unpack(entry)))
    redis.call('HINCRBY', KEYS[2], 'bytes', bytes)
    redis.call('HINCRBY', KEYS[4], group, 1)
    kept = kept + 1
  end
  at = at + 4 + words
end
while redis.call('XLEN', KEYS[1]) > tonumber(ARGV[1]) or tonumber(redis.call('HGET', KEYS[2], 'bytes') or '0') > tonumber(ARGV[2]) do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if not oldest then break end
  local field = {}
  for i = 1, #oldest[2], 2 do field[oldest[2][i]] = oldest[2][i + 1] end
  redis.call('XDEL', KEYS[1], oldest[1])
  redis.call('HDEL', KEYS[3], field.digest or '')
  redis.call('HINCRBY', KEYS[2], 'bytes', -tonumber(field.bytes or '0'))
  if redis.call('HINCRBY', KEYS[4], field.group or '', -1) <= 0 then redis.call('HDEL', KEYS[4], field.group or '') end
  redis.call('HINCRBY', KEYS[2], 'dropped', 1)
end
return kept
