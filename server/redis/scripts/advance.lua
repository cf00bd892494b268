-- Moves the cursor of the stream for in-house producers, and trims only what lies behind it.
-- KEYS[1]  stream; KEYS[2] its cursor
-- ARGV     cursor as it was read ('' = none), id of the last entry taken in
-- Reply    1 moved, 0 somebody else moved it meanwhile
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
local waiting = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+', 'COUNT', 1)[1]
if waiting then redis.call('XTRIM', KEYS[1], 'MINID', waiting[1]) else redis.call('XTRIM', KEYS[1], 'MAXLEN', 0) end
return 1
