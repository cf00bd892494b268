-- Writes the sums of one partition as they stand after more of the changes feed, unless somebody else has done so meanwhile.
-- KEYS[1]    {p}:sums     hash: `at` -> the changes entry the sums reach, and one field per chunk
-- KEYS[2]    {p}:changes  stream of changes
-- ARGV[1]    the entry the new sums were computed from ('0-0' = none yet)
-- ARGV[2]    the entry they reach
-- ARGV[3..]  chunk, binary sums, ...
-- Reply      1            written; changes before ARGV[1] are let go
--            0            the sums had moved on: nothing was written
local at = redis.call('HGET', KEYS[1], 'at') or '0-0'
if at ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[2])
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('XTRIM', KEYS[2], 'MINID', ARGV[1])
return 1
