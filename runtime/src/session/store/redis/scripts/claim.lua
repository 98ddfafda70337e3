-- KEYS due, claimed, parked; ARGV now, how many at most, milliseconds to hold.
-- `claimed` holds what was handed out, by when its time is over; `parked` holds when it was due.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
-- What was not written in time is due again. A thousand at a time: nobody else is served meanwhile.
local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)
for _, subject in ipairs(over) do
  local due = redis.call('HGET', KEYS[3], subject)
  if due then
    redis.call('ZADD', KEYS[1], due, subject)
    redis.call('HDEL', KEYS[3], subject)
  end
  redis.call('ZREM', KEYS[2], subject)
end
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local subjects = {}
for index = 1, #found, 2 do
  local subject = found[index]
  redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), subject)
  redis.call('HSET', KEYS[3], subject, found[index + 1])
  redis.call('ZREM', KEYS[1], subject)
  subjects[#subjects + 1] = subject
end
return subjects
