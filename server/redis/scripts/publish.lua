-- Publishes one definition, unless just that is in force already.
-- KEYS[1]  throughline:{definitions}          stream: every publication, in order
-- KEYS[2]  throughline:{definitions}:digests  hash: kind and id -> digest of the body in force
-- ARGV[1]  kind and id
-- ARGV[2]  digest of the body
-- ARGV[3]  'once': another body under this name is refused; '': it takes the former's place
-- ARGV[4]  the entry as JSON
-- Reply    {1, revision}  published
--          {0, ''}        the very same is in force: nothing was written
--          {-1, ''}       the name is taken by another body
local there = redis.call('HGET', KEYS[2], ARGV[1])
if there == ARGV[2] then return {0, ''} end
if there and ARGV[3] == 'once' then return {-1, ''} end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return {1, redis.call('XADD', KEYS[1], '*', 'd', ARGV[4])}
