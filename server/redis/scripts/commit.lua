-- Writes everything one commit of a partition changes, or nothing.
-- KEYS[1]    {p}:version  the fence: every commit raises it
-- KEYS[2]    {p}:hold     set while a verifier holds the partition
-- KEYS[3..]  every other key that is written
-- ARGV[1]    the version this commit was computed on ('' = none yet)
-- ARGV[2]    the version it makes
-- ARGV[3]    token of the holder, '' for everybody else
-- ARGV[4..]  commands: number of words, then the words
-- Reply      1            written
--            0            the fence moved: somebody else committed
--            -1           the partition is held
local version = redis.call('GET', KEYS[1]) or ''
if version ~= ARGV[1] then return 0 end
local holder = redis.call('GET', KEYS[2]) or ''
if holder ~= '' and holder ~= ARGV[3] then return -1 end
redis.call('SET', KEYS[1], ARGV[2])
local i = 4
while i <= #ARGV do
  local words = tonumber(ARGV[i])
  redis.call(unpack(ARGV, i + 1, i + words))
  i = i + words + 1
end
return 1
