-- Takes events out of quarantine: they were repaired and accepted, or thrown away by a person.
-- KEYS[1]  {q}        stream of refused events
-- KEYS[2]  {q}:stat   hash: bytes, again, dropped
-- KEYS[3]  {q}:seen   hash: digest -> stream id
-- KEYS[4]  {q}:groups hash: source NUL field NUL code -> number kept
-- ARGV     stream ids
-- Reply    number of events that were there
local released = 0
for i = 1, #ARGV do
  local entry = redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i])[1]
  if entry then
    local field = {}
    for j = 1, #entry[2], 2 do field[entry[2][j]] = entry[2][j + 1] end
    redis.call('XDEL', KEYS[1], entry[1])
    redis.call('HDEL', KEYS[3], field.digest or '')
    redis.call('HINCRBY', KEYS[2], 'bytes', -tonumber(field.bytes or '0'))
    if redis.call('HINCRBY', KEYS[4], field.group or '', -1) <= 0 then redis.call('HDEL', KEYS[4], field.group or '') end
    released = released + 1
  end
end
return released
