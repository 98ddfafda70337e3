-- KEYS session, number, due, claimed, parked; ARGV expected version or '', record, due or '', subject.
local version = redis.call('HGET', KEYS[1], 'version')
if (version or '') ~= ARGV[1] then
  return false
end
local number = next_number(KEYS[2])
redis.call('HSET', KEYS[1], 'version', number, 'record', ARGV[2], 'due', ARGV[3])
redis.call('ZREM', KEYS[4], ARGV[4])
redis.call('HDEL', KEYS[5], ARGV[4])
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[3], ARGV[4])
else
  redis.call('ZADD', KEYS[3], ARGV[3], ARGV[4])
end
return number
