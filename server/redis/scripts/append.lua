-- Appends accepted events to one partition's log, once each.
-- KEYS[1]      {p}:log        stream; one entry holds all new events of the call, as lines of JSON
-- KEYS[2]      {p}:stat       hash of counts
-- KEYS[3..]    {p}:d:<shard>  one per event: the hash of keys already accepted -> node they came under
-- ARGV[1]      most entries that may wait in the log
-- ARGV[2..]    per event: key, node it comes under, JSON (without line breaks)
-- Reply        {1, flags}     flags: one character an event, '1' new, '0' duplicate
--              {0, waiting}   refused: too many entries wait; nothing was written
-- The count of duplicates is always written, so that a retry whose events are all duplicates still waits for the earlier, unanswered write.
local waiting = redis.call('XLEN', KEYS[1])
if waiting >= tonumber(ARGV[1]) then return {0, waiting} end
local fresh, flags, duplicates = {}, {}, 0
for i = 1, #KEYS - 2 do
  if redis.call('HSETNX', KEYS[2 + i], ARGV[3 * i - 1], ARGV[3 * i]) == 1 then
    fresh[#fresh + 1] = ARGV[3 * i + 1]
    flags[i] = '1'
  else
    duplicates = duplicates + 1
    flags[i] = '0'
  end
end
if #fresh > 0 then redis.call('XADD', KEYS[1], '*', 'e', table.concat(fresh, '\n')) end
redis.call('HINCRBY', KEYS[2], 'duplicates', duplicates)
redis.call('HINCRBY', KEYS[2], 'accepted', #fresh)
return {1, table.concat(flags)}
