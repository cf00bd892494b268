-- Appends accepted events to one partition's log, once each.
-- KEYS[1]      {p}:log        stream; one entry holds all new events of the call, as lines of JSON
-- KEYS[2]      {p}:stat       hash of counts
-- KEYS[3..]    {p}:d:<shard>  one per event: the hash of names already accepted -> nodes they came under
-- ARGV[1]      most entries that may wait in the log
-- ARGV[2]      the events: lines of JSON, in the order of the keys
-- ARGV[3..]    per event: name, node it comes under
-- Reply        {1, flags}     flags: one character an event, '1' new, '0' duplicate
--              {0, waiting}   refused: too many entries wait; nothing was written
-- The count of duplicates is always written, so that a retry whose events are all duplicates still waits for the earlier, unanswered write.
local call = redis.call
-- Characters: a sender that gives one id to everybody ends as duplicates.
local MOST = 2000
local waiting = call('XLEN', KEYS[1])
if waiting >= tonumber(ARGV[1]) then return {0, waiting} end
local flags, duplicates, count = {}, 0, #KEYS - 2
-- The same name under another node is another event: its node is added to those the name came under. Annotations ('') and decisions ('!...') have none
-- but the first.
local function isOther(shard, key, under)
  local known = call('HGET', shard, key)
  if under == '' or known == '' or string.find(under .. known, '!', 1, true) or #known > MOST then return false end
  if string.find(' ' .. known .. ' ', ' ' .. under .. ' ', 1, true) then return false end
  call('HSET', shard, key, known .. ' ' .. under)
  return true
end
for i = 1, count do
  local shard, key, under = KEYS[2 + i], ARGV[2 * i + 1], ARGV[2 * i + 2]
  if call('HSETNX', shard, key, under) == 1 or isOther(shard, key, under) then
    flags[i] = '1'
  else
    duplicates = duplicates + 1
    flags[i] = '0'
  end
end
local fresh = ARGV[2]
if duplicates > 0 then
  -- The lines between two duplicates are taken as one piece.
  local pieces, from, at = {}, 1, 1
  for i = 1, count do
    local after = (string.find(fresh, '\n', at, true) or #fresh + 1) + 1
    if flags[i] == '0' then
      if at > from then pieces[#pieces + 1] = string.sub(fresh, from, at - 2) end
      from = after
    end
    at = after
  end
  if at > from then pieces[#pieces + 1] = string.sub(fresh, from) end
  fresh = table.concat(pieces, '\n')
end
if duplicates < count then call('XADD', KEYS[1], '*', 'e', fresh) end
call('HINCRBY', KEYS[2], 'duplicates', duplicates)
call('HINCRBY', KEYS[2], 'accepted', count - duplicates)
return {1, table.concat(flags)}
